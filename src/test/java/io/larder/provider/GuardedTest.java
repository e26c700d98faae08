package io.larder.provider;

import static io.larder.provider.ProviderFailure.Kind.BUSY;
import static io.larder.provider.ProviderFailure.Kind.CUT;
import static io.larder.provider.ProviderFailure.Kind.OPEN;
import static io.larder.provider.ProviderFailure.Kind.TIMED_OUT;
import static io.larder.provider.ProviderFailure.Kind.UNREACHABLE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.larder.guard.Breaker.State;
import io.larder.model.Wire;
import io.larder.telemetry.Discarded;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** One provider's breaker and slots; the breaker's clock is the test's. */
final class GuardedTest {
  private final AtomicLong nanos = new AtomicLong();
  private final FakeProvider provider = new FakeProvider("p");
  private final Slots slots = new Slots(2, 0, Duration.ZERO);
  private final Guarded guarded = guarded(slots);

  @Test
  void ask_fiveFailuresInARow_opens() {
    provider.thenFailure(UNREACHABLE).thenFailure(CUT).thenFailure(TIMED_OUT);
    provider.thenStatus(503).thenStatus(529);
    for (int i = 0; i < 5; i++) {
      assertThat(guarded.state()).isEqualTo(State.CLOSED);
      attempt();
    }

    assertThat(guarded.state()).isEqualTo(State.OPEN);
    assertThat(failure().kind()).isEqualTo(OPEN);
    assertThat(failure()).hasMessage("provider p is failing, its breaker is open");
    assertThat(provider.asked()).isEqualTo(5);
    assertThat(slots.taken()).isZero();
  }

  @Test
  void ask_otherStatuses_areSuccesses() {
    for (int i = 0; i < 10; i++) {
      provider.thenStatus(i % 2 == 0 ? 500 : 429);
      attempt();
      provider.thenStatus(503);
      attempt();
    }

    assertThat(guarded.state()).isEqualTo(State.CLOSED);
  }

  @Test
  void ask_afterThePause_letsOneTrialThroughAndCloses() throws Exception {
    open();
    pass(Duration.ofSeconds(1));
    provider.then(
        trial -> {
          assertThat(failure().kind()).as("beside the trial").isEqualTo(OPEN);
          return trial.reply(200);
        });

    guarded.ask(question()).close();
    assertThat(guarded.state()).isEqualTo(State.CLOSED);
  }

  @Test
  void ask_trialsFail_pauseDoublesTo30Seconds() {
    open();
    long pause = 1;
    for (int i = 0; i < 8; i++) {
      pass(Duration.ofSeconds(pause).minusNanos(1));
      assertThat(failure().kind()).isEqualTo(OPEN);
      pass(Duration.ofNanos(1));
      provider.thenFailure(CUT);
      assertThat(failure().kind()).isEqualTo(CUT);
      pause = Math.min(pause * 2, 30);
    }
    assertThat(pause).isEqualTo(30);
  }

  @Test
  void ask_trialEndsWithoutAnOutcome_theNextIsTheTrial() throws Exception {
    open();
    pass(Duration.ofSeconds(1));
    provider.thenFailure(BUSY);
    assertThat(failure().kind()).isEqualTo(BUSY);
    provider.then(
        trial -> {
          throw new IllegalStateException("a mistake of ours");
        });
    assertThatThrownBy(() -> guarded.ask(question())).isInstanceOf(IllegalStateException.class);
    provider.thenStatus(200);

    guarded.ask(question()).close();
    assertThat(guarded.state()).isEqualTo(State.CLOSED);
    assertThat(slots.taken()).isZero();
  }

  @Test
  void ask_busyAndOurMistakes_areNeitherFailuresNorSuccesses() {
    for (int i = 0; i < 4; i++) {
      provider.thenFailure(CUT);
      attempt();
    }
    for (int i = 0; i < 10; i++) {
      provider.thenFailure(BUSY);
      attempt();
    }
    assertThat(guarded.state()).isEqualTo(State.CLOSED);
    provider.thenFailure(CUT);
    attempt();
    assertThat(guarded.state()).isEqualTo(State.OPEN);
  }

  @Test
  void slot_isHeldUntilTheReplyIsClosed_onceHoweverOften() throws Exception {
    provider.thenStatus(200).thenStatus(200).thenStatus(200);
    var one = guarded.ask(question());
    var two = guarded.ask(question());

    assertThat(failure().kind()).isEqualTo(BUSY);
    assertThat(slots.taken()).isEqualTo(2);
    one.close();
    one.close();
    one.body().close();
    assertThat(slots.taken()).isEqualTo(1);
    var three = guarded.ask(question());
    assertThat(failure().kind()).isEqualTo(BUSY);
    two.close();
    three.close();
    assertThat(slots.taken()).isZero();
  }

  @Test
  void slot_isFreeWhenTheBodyHasBeenRead() throws Exception {
    provider.thenStatus(200);
    try (var reply = guarded.ask(question())) {
      assertThat(reply.read(100)).isNotEmpty();
      assertThat(slots.taken()).isZero();
    }
  }

  @Test
  void queue_fair_servesInTurnAndRefusesTheRestAtOnce() throws Exception {
    var queueing = new Slots(1, 2, Duration.ofMinutes(1));
    var held = queueing.take().orElseThrow();
    var order = new ArrayList<Integer>();
    var done = new ArrayList<Future<?>>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 2; i++) {
        int turn = i;
        var started = new CountDownLatch(1);
        done.add(
            threads.submit(
                () -> {
                  started.countDown();
                  var slot = queueing.take().orElseThrow();
                  order.add(turn);
                  slot.close();
                  return turn;
                }));
        started.await();
        while (queueing.queued() <= turn) {
          Thread.onSpinWait();
        }
      }
      assertThat(queueing.take()).as("the queue is full").isEmpty();
      held.close();
      for (var one : done) {
        one.get();
      }
    }
    assertThat(order).containsExactly(0, 1);
    assertThat(queueing.taken()).isZero();
    assertThat(queueing.queued()).isZero();
  }

  @Test
  void queue_waitOver_isRefused() throws Exception {
    var queueing = new Slots(1, 5, Duration.ofMillis(1));
    var held = queueing.take().orElseThrow();
    assertThat(queueing.take()).isEmpty();
    held.close();
    assertThat(queueing.queued()).isZero();
    assertThat(queueing.taken()).isZero();
  }

  @Test
  void queue_interrupted_isRefusedAndStaysInterrupted() throws Exception {
    var single = new Slots(1, 5, Duration.ofMinutes(1));
    var waiting = guarded(single);
    var held = single.take().orElseThrow();
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> waiting.ask(question())).isInstanceOf(ProviderFailure.class);
    assertThat(Thread.interrupted()).isTrue();
    held.close();
    assertThat(single.taken()).isZero();
  }

  @Test
  void open_queue_isNotEntered() throws Exception {
    var queueing = new Slots(1, 5, Duration.ofMinutes(1));
    var waiting = guarded(queueing);
    for (int i = 0; i < 5; i++) {
      provider.thenFailure(CUT);
      assertThatThrownBy(() -> waiting.ask(question())).hasMessageContaining("CUT");
    }
    var held = queueing.take().orElseThrow();
    // would wait for a minute otherwise
    var failure = catchThrowableOfType(ProviderFailure.class, () -> waiting.ask(question()));
    assertThat(failure.kind()).isEqualTo(OPEN);
    held.close();
  }

  private Guarded guarded(Slots within) {
    return new Guarded(provider, within, Discarded.telemetry(), nanos::get);
  }

  private void open() {
    for (int i = 0; i < 5; i++) {
      provider.thenFailure(CUT);
      attempt();
    }
    assertThat(guarded.state()).isEqualTo(State.OPEN);
  }

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }

  private void attempt() {
    try (var reply = guarded.ask(question())) {
      assertThat(reply.status()).isPositive();
    } catch (ProviderFailure failure) {
      assertThat(failure).hasMessageStartingWith("provider p ");
    } catch (java.io.IOException closing) {
      throw new AssertionError(closing);
    }
  }

  private ProviderFailure failure() {
    return catchThrowableOfType(ProviderFailure.class, () -> guarded.ask(question()));
  }

  private static Question question() {
    return new Question(Wire.OPENAI_CHAT, List.of(), new byte[0]);
  }
}

package io.larder.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.larder.guard.Breaker.State;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The breaker under a clock of the test's own. */
final class BreakerTest {
  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1_000_000_000L);
  private final Breaker breaker =
      new Breaker(3, Duration.ofMillis(100), Duration.ofMillis(350), nanos::get);

  @Test
  void failed_fewerThanTheBound_staysClosed() {
    fail(2);
    breaker.succeeded();
    fail(2);

    assertThat(breaker.state()).isEqualTo(State.CLOSED);
    assertThat(breaker.allows()).isTrue();
  }

  @Test
  void failed_inARow_opens() {
    fail(3);

    assertThat(breaker.state()).isEqualTo(State.OPEN);
    assertThat(breaker.allows()).isFalse();
    assertThat(breaker.opened()).isEqualTo(1);
  }

  @Test
  void allows_afterThePause_letsOneTrialThrough() {
    fail(3);
    pass(100);

    assertThat(breaker.allows()).isTrue();
    assertThat(breaker.state()).isEqualTo(State.HALF_OPEN);
    assertThat(breaker.allows()).isFalse();
  }

  @Test
  void refuses_asked_takesNoTrial() {
    assertThat(breaker.refuses()).isFalse();
    fail(3);
    assertThat(breaker.refuses()).isTrue();
    pass(100);

    assertThat(breaker.refuses()).isFalse();
    assertThat(breaker.refuses()).isFalse();
    assertThat(breaker.allows()).isTrue();
    assertThat(breaker.refuses()).isTrue();
  }

  @Test
  void withdrew_trial_theNextIsTheTrial() {
    fail(3);
    pass(100);
    breaker.allows();
    breaker.withdrew();

    assertThat(breaker.state()).isEqualTo(State.OPEN);
    assertThat(breaker.opened()).isEqualTo(1);
    assertThat(breaker.allows()).isTrue();
    breaker.succeeded();
    breaker.withdrew();
    assertThat(breaker.state()).isEqualTo(State.CLOSED);
  }

  @Test
  void trial_withoutAnOutcome_letsAnotherGoAfterThePause() {
    fail(3);
    pass(100);
    assertThat(breaker.allows()).isTrue();
    pass(99);
    assertThat(breaker.refuses()).isTrue();
    assertThat(breaker.allows()).isFalse();
    pass(1);
    assertThat(breaker.refuses()).isFalse();
    assertThat(breaker.allows()).isTrue();
    assertThat(breaker.allows()).isFalse();
    breaker.succeeded();
    assertThat(breaker.state()).isEqualTo(State.CLOSED);
  }

  @Test
  void succeeded_trial_closes() {
    fail(3);
    pass(100);
    breaker.allows();
    breaker.succeeded();

    assertThat(breaker.state()).isEqualTo(State.CLOSED);
    fail(2);
    assertThat(breaker.state()).isEqualTo(State.CLOSED);
  }

  @Test
  void failed_trials_waitTwiceAsLongUpToTheMost() {
    fail(3);
    for (int pause : new int[] {100, 200, 350, 350}) {
      pass(pause - 1);
      assertThat(breaker.allows()).isFalse();
      pass(1);
      assertThat(breaker.allows()).isTrue();
      breaker.failed();
    }
    assertThat(breaker.opened()).isEqualTo(5);
  }

  @Test
  void succeeded_lateAnswerWhileOpen_changesNothing() {
    fail(3);
    breaker.succeeded();

    assertThat(breaker.state()).isEqualTo(State.OPEN);
  }

  @Test
  void allows_manyThreadsAfterThePause_letsOnlyOneThrough() throws Exception {
    fail(3);
    pass(100);
    var start = new CountDownLatch(1);
    try (var threads = Executors.newFixedThreadPool(16)) {
      var asked =
          IntStream.range(0, 16)
              .mapToObj(
                  i ->
                      threads.submit(
                          () -> {
                            start.await();
                            return breaker.allows();
                          }))
              .toList();
      start.countDown();
      int through = 0;
      for (Future<Boolean> one : asked) {
        through += one.get() ? 1 : 0;
      }
      assertThat(through).isEqualTo(1);
    }
  }

  @Test
  void constructor_badValues_areNamed() {
    var second = Duration.ofSeconds(1);
    assertThatThrownBy(() -> new Breaker(0, second, second, nanos::get))
        .hasMessageContaining("failuresMax must be 1 or more, was 0");
    assertThatThrownBy(() -> new Breaker(1, second, Duration.ZERO, nanos::get))
        .hasMessageContaining("PT1S, PT0S");
  }

  private void fail(int times) {
    for (int i = 0; i < times; i++) {
      breaker.failed();
    }
  }

  private void pass(long millis) {
    nanos.addAndGet(Duration.ofMillis(millis).toNanos());
  }
}

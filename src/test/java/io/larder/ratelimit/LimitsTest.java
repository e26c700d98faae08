package io.larder.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.ratelimit.LimitSettings.OnOutage;
import io.larder.telemetry.Discarded;
import io.larder.valkey.ValkeyUnavailable;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is decided without Valkey, and in place of it. */
final class LimitsTest {
  private final AtomicLong millis = new AtomicLong(1_000_000);
  private final Shared shared = new Shared();
  private OnOutage onOutage = OnOutage.LOCAL;
  private final Limits limits =
      new Limits(
          () -> new LimitSettings(List.of(), false, Map.of(), List.of(), onOutage),
          Optional.of(shared),
          counters(),
          Discarded.telemetry(),
          () -> Duration.ofMillis(millis.get()).toNanos());

  /** Counters that can be out of reach. */
  private final class Shared implements Counters {
    private final Counters counters = counters();
    private int asked;
    private int settled;
    private boolean down;

    @Override
    public Decision decide(String subject, String id, List<Charge> charges) {
      asked++;
      check();
      return counters.decide(subject, id, charges);
    }

    @Override
    public void settle(String subject, String id, List<Charge> charges, List<Long> used) {
      settled++;
      check();
      counters.settle(subject, id, charges, used);
    }

    @Override
    public void renew(String subject, String id, List<Charge> charges) {
      check();
    }

    private void check() {
      if (down) {
        throw ValkeyUnavailable.garbage("down");
      }
    }
  }

  private Counters counters() {
    return new MemoryCounters(() -> Instant.ofEpochMilli(millis.get()));
  }

  @AfterEach
  void close() {
    limits.close();
  }

  private Limits.Answer ask(String policy) {
    var one = Policies.parse("user", policy).getFirst();
    return limits.ask("user/t/anna", List.of(new Charge(one, 1)));
  }

  @Test
  void refused_isRefusedAgainWithoutAskingUntilItMayBeAdmitted() {
    assertThat(ask("requests=1;w=60")).isInstanceOf(Limits.Answer.Go.class);
    var first = (Limits.Answer.Stop) ask("requests=1;w=60");
    millis.addAndGet(500);
    var second = (Limits.Answer.Stop) ask("requests=1;w=60");
    assertThat(shared.asked).isEqualTo(2);
    assertThat(second.refusal().retryAfter())
        .isEqualTo(first.refusal().retryAfter().minusMillis(500));

    millis.addAndGet(first.refusal().retryAfter().toMillis());
    assertThat(ask("requests=1;w=60")).isInstanceOf(Limits.Answer.Go.class);
  }

  @Test
  void refused_ofConcurrency_isAskedEachTime() {
    var held = (Limits.Answer.Go) ask("concurrent=1");
    assertThat(ask("concurrent=1")).isInstanceOf(Limits.Answer.Stop.class);
    held.pass().settleAsCharged();
    assertThat(ask("concurrent=1")).isInstanceOf(Limits.Answer.Go.class);
  }

  @Test
  void refused_whileWhatMayBeGivenBackIsOut_isAskedEachTime() {
    var one = Policies.parse("user", "requests=1;w=60").getFirst();
    var charges = List.of(new Charge(one, 1, true));
    var held = (Limits.Answer.Go) limits.ask("user/t/anna", charges);
    assertThat(limits.ask("user/t/anna", charges)).isInstanceOf(Limits.Answer.Stop.class);
    held.pass().settle(policy -> 0);
    assertThat(limits.ask("user/t/anna", charges)).isInstanceOf(Limits.Answer.Go.class);
  }

  @Test
  void settle_twice_countsOnce() {
    var pass = ((Limits.Answer.Go) ask("tokens=9;w=60")).pass();
    assertThat(pass.isOwed()).isTrue();
    pass.settle(policy -> 5);
    pass.settle(policy -> 0);
    pass.settleAsCharged();

    assertThat(pass.isOwed()).isFalse();
    assertThat(shared.settled).isOne();
    var policy = Policies.parse("user", "tokens=9;w=60");
    assertThat(limits.left("user/t/anna", policy).getFirst().remaining()).isEqualTo(4);
  }

  @Test
  void settle_ofRequests_asksNobody() {
    ((Limits.Answer.Go) ask("requests=9;w=60")).pass().settleAsCharged();
    assertThat(shared.settled).isZero();
  }

  @Test
  void outage_isDecidedByTheSetting() {
    shared.down = true;
    assertThat(ask("requests=1;w=60")).isInstanceOf(Limits.Answer.Go.class);
    assertThat(ask("requests=1;w=60")).isInstanceOf(Limits.Answer.Stop.class);

    onOutage = OnOutage.OPEN;
    assertThat(ask("requests=1;w=61")).isInstanceOf(Limits.Answer.Go.class);
    assertThat(ask("requests=1;w=61")).isInstanceOf(Limits.Answer.Go.class);
    onOutage = OnOutage.CLOSED;
    assertThat(ask("requests=1;w=61")).isEqualTo(new Limits.Answer.Unknown());
  }

  @Test
  void settle_whileDown_isNotLostOnTheCaller() {
    var pass = ((Limits.Answer.Go) ask("tokens=9;w=60")).pass();
    shared.down = true;
    pass.settle(policy -> 5);
    shared.down = false;

    var policy = Policies.parse("user", "tokens=9;w=60");
    assertThat(limits.left("user/t/anna", policy).getFirst().remaining())
        .as("what was charged stays")
        .isEqualTo(8);
  }

  @Test
  void shadow_overTheLimit_admitsAndSaysSo() {
    assertThat(((Limits.Answer.Go) ask("requests=1;w=60;shadow")).left().getFirst().over())
        .isFalse();
    var second = (Limits.Answer.Go) ask("requests=1;w=60;shadow");
    assertThat(second.left().getFirst().over()).isTrue();
  }

  @Test
  void policies_ofTwoHolders_countApart() {
    var first = Policies.ofKey("key/1", "requests=1;w=60").getFirst();
    var second = Policies.ofKey("key/2", "requests=1;w=60").getFirst();
    var user = Policies.parse("key", "requests=3;w=60").getFirst();

    assertThat(admits(user, first)).isTrue();
    assertThat(admits(user, first)).isFalse();
    assertThat(admits(user, second)).isTrue();
    assertThat(limits.left("user/t/anna", List.of(user)).getFirst().remaining()).isOne();
  }

  private boolean admits(Policy user, Policy key) {
    var charges = List.of(new Charge(user, 1), new Charge(key, 1));
    return limits.ask("user/t/anna", charges) instanceof Limits.Answer.Go;
  }
}

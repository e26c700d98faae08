package io.larder.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/**
 * What all counters must do. The Java model runs it with a fake clock; the scripts in a real Valkey
 * with short windows. Where the two differ, the script is wrong.
 */
abstract class CountersContract {
  static final Duration WINDOW = Duration.ofSeconds(1);

  private final String subject = "user/t/" + UUID.randomUUID();
  private int number;

  abstract Counters counters();

  /** Lets time go by for the counters. */
  abstract void pass(Duration time) throws InterruptedException;

  static Policy requests(String name, long limit) {
    return new Policy(name, Unit.REQUESTS, limit, WINDOW, Optional.empty(), false);
  }

  private static Policy tokens(long limit, Duration window) {
    return new Policy("tokens", Unit.TOKENS, limit, window, Optional.empty(), false);
  }

  private static Policy concurrent(long limit) {
    return new Policy("concurrent", Unit.CONCURRENT, limit, Duration.ZERO, Optional.empty(), false);
  }

  private Decision ask(Charge... charges) {
    return counters().decide(subject, "id-" + ++number, List.of(charges));
  }

  private long remaining(Policy policy) {
    return ask(new Charge(policy, 0)).left().getFirst().remaining();
  }

  @Test
  void decide_underTheLimit_countsDown() {
    var policy = requests("r", 3);
    for (long left = 2; left >= 0; left--) {
      var decision = ask(new Charge(policy, 1));
      assertThat(decision).isInstanceOf(Decision.Admitted.class);
      assertThat(decision.left().getFirst().remaining()).isEqualTo(left);
      assertThat(decision.left().getFirst().reset()).isBetween(Duration.ofMillis(1), slack());
    }
  }

  /** A window and a sub-bucket, the latter rounded up. */
  private static Duration slack() {
    return WINDOW.plusMillis(WINDOW.toMillis() / Policy.SUB_BUCKETS + 1);
  }

  @Test
  void decide_overTheLimit_saysWhenToComeBack() throws Exception {
    var policy = requests("r", 1);
    ask(new Charge(policy, 1));

    var refused = (Decision.Refused) ask(new Charge(policy, 1));
    assertThat(refused.violated()).isEqualTo(policy);
    assertThat(refused.retryAfter()).isBetween(Duration.ofMillis(1), slack());
    assertThat(refused.left().getFirst().remaining()).isZero();
    pass(refused.retryAfter());
    assertThat(ask(new Charge(policy, 1))).isInstanceOf(Decision.Admitted.class);
  }

  @Test
  void decide_refused_writesNothing() throws Exception {
    var policy = requests("r", 1);
    ask(new Charge(policy, 1));
    pass(WINDOW.dividedBy(2));
    for (int i = 0; i < 5; i++) {
      assertThat(ask(new Charge(policy, 1))).isInstanceOf(Decision.Refused.class);
    }
    // half a window and a sub-bucket later the one that was admitted has left
    pass(WINDOW.dividedBy(2).plusMillis(40));
    assertThat(ask(new Charge(policy, 1))).isInstanceOf(Decision.Admitted.class);
  }

  @Test
  void decide_oneOfSeveralRefuses_noneCounts() {
    var wide = requests("wide", 10);
    var narrow = requests("narrow", 1);
    ask(new Charge(wide, 1), new Charge(narrow, 1));

    var refused = (Decision.Refused) ask(new Charge(wide, 1), new Charge(narrow, 1));
    assertThat(refused.violated()).isEqualTo(narrow);
    assertThat(remaining(wide)).isEqualTo(9);
  }

  @Test
  void decide_inShadow_countsAndAdmits() {
    var policy =
        new Policy("shade", Unit.REQUESTS, 1, WINDOW, Optional.empty(), /* shadow= */ true);
    for (int i = 0; i < 3; i++) {
      assertThat(ask(new Charge(policy, 1))).isInstanceOf(Decision.Admitted.class);
    }
    assertThat(remaining(policy)).isZero();
  }

  @Test
  void decide_costAboveTheLimit_isAdmittedWhenFresh() {
    var policy = tokens(100, WINDOW);
    assertThat(ask(new Charge(policy, 5_000))).isInstanceOf(Decision.Admitted.class);
    assertThat(ask(new Charge(policy, 1))).isInstanceOf(Decision.Refused.class);
  }

  @Test
  void decide_costOfZero_isNeverRefused() {
    var policy = tokens(100, WINDOW);
    ask(new Charge(policy, 100));
    assertThat(ask(new Charge(policy, 0))).isInstanceOf(Decision.Admitted.class);
  }

  @Test
  void windows_sliding_neverHoldMoreThanTheLimit() throws Exception {
    var policy = requests("r", 10);
    var admitted = new ArrayList<Integer>();
    for (int step = 0; step < 60; step++) {
      admitted.add(ask(new Charge(policy, 1)) instanceof Decision.Admitted ? 1 : 0);
      pass(Duration.ofMillis(50));
    }
    // twenty steps are at least a window
    for (int from = 0; from + 20 <= admitted.size(); from++) {
      int sum = admitted.subList(from, from + 20).stream().mapToInt(Integer::intValue).sum();
      assertThat(sum).as("window from step " + from).isLessThanOrEqualTo(10);
    }
    assertThat(admitted.stream().mapToInt(Integer::intValue).sum()).isBetween(20, 30);
  }

  @Test
  void settle_lessThanCharged_givesBack() {
    var policy = tokens(1_000, Duration.ofMinutes(1));
    var charges = List.of(new Charge(policy, 800));
    counters().decide(subject, "a", charges);
    assertThat(remaining(policy)).isEqualTo(200);

    counters().settle(subject, "a", charges, List.of(50L));
    assertThat(remaining(policy)).isEqualTo(950);
    counters().settle(subject, "a", charges, List.of(50L));
    assertThat(remaining(policy)).isEqualTo(950);
  }

  /** A request that turns out not to count. */
  @Test
  void settle_requestToBeSettled_isGivenBackOnce() {
    var policy = requests("r", 3);
    var charges = List.of(new Charge(policy, 1, true));
    counters().decide(subject, "a", charges);
    counters().decide(subject, "b", charges);
    ask(new Charge(policy, 1));
    assertThat(ask(new Charge(policy, 1))).isInstanceOf(Decision.Refused.class);

    counters().settle(subject, "a", charges, List.of(0L));
    counters().settle(subject, "a", charges, List.of(0L));
    counters().settle(subject, "b", charges, List.of(1L));
    assertThat(remaining(policy)).isOne();
  }

  @Test
  void settle_moreThanCharged_takesMore() {
    var policy = tokens(1_000, Duration.ofMinutes(1));
    var charges = List.of(new Charge(policy, 10));
    counters().decide(subject, "a", charges);
    counters().settle(subject, "a", charges, List.of(5_000L));

    assertThat(remaining(policy)).isZero();
    assertThat(ask(new Charge(policy, 1))).isInstanceOf(Decision.Refused.class);
  }

  @Test
  void settle_afterItsWindow_changesNothing() throws Exception {
    var policy = tokens(100, WINDOW);
    var charges = List.of(new Charge(policy, 80));
    counters().decide(subject, "a", charges);
    pass(WINDOW.plusMillis(40));
    ask(new Charge(policy, 30));

    counters().settle(subject, "a", charges, List.of(0L));
    assertThat(remaining(policy)).isEqualTo(70);
  }

  @Test
  void concurrent_settled_givesBack() {
    var policy = concurrent(2);
    var charges = List.of(new Charge(policy, 1));
    counters().decide(subject, "a", charges);
    counters().decide(subject, "b", charges);
    assertThat(ask(new Charge(policy, 1))).isInstanceOf(Decision.Refused.class);

    counters().settle(subject, "a", charges, List.of(0L));
    assertThat(remaining(policy)).isEqualTo(1);
    counters().settle(subject, "a", charges, List.of(0L));
    assertThat(remaining(policy)).isEqualTo(1);
    counters().renew(subject, "a", charges);
    assertThat(remaining(policy)).as("a lease that was lost").isZero();
    counters().settle(subject, "a", charges, List.of(0L));
    assertThat(remaining(policy)).isEqualTo(1);
  }

  @Test
  void policy_ofAnotherWindowOrUnit_countsAnew() {
    var few = new Policy("x", Unit.REQUESTS, 1, WINDOW, Optional.empty(), false);
    var longer =
        new Policy("x", Unit.REQUESTS, 1, WINDOW.multipliedBy(60), Optional.empty(), false);
    var tokens = new Policy("x", Unit.TOKENS, 1, WINDOW, Optional.empty(), false);
    var atOnce = new Policy("x", Unit.CONCURRENT, 1, Duration.ZERO, Optional.empty(), false);
    for (var policy : List.of(few, longer, tokens, atOnce, few.heldBy("key/1"))) {
      assertThat(ask(new Charge(policy, 1)))
          .as(policy.counter())
          .isInstanceOf(Decision.Admitted.class);
      assertThat(ask(new Charge(policy, 1)))
          .as(policy.counter())
          .isInstanceOf(Decision.Refused.class);
    }
  }

  @Test
  void subjects_each_countForThemselves() {
    var policy = requests("r", 1);
    ask(new Charge(policy, 1));
    assertThat(counters().decide(subject + "x", "i", List.of(new Charge(policy, 1))))
        .isInstanceOf(Decision.Admitted.class);
  }

  @Test
  void charges_ofSeveralUnits_areSettledEach() {
    var in = new Policy("in", Unit.INPUT_TOKENS, 100, WINDOW, Optional.empty(), false);
    var out = new Policy("out", Unit.OUTPUT_TOKENS, 100, WINDOW, Optional.empty(), false);
    var charges =
        List.of(
            new Charge(requests("r", 5), 1),
            new Charge(in, 40),
            new Charge(out, 90),
            new Charge(concurrent(3), 1));
    counters().decide(subject, "a", charges);
    counters().settle(subject, "a", charges, List.of(1L, 60L, 10L, 0L));

    assertThat(remaining(in)).isEqualTo(40);
    assertThat(remaining(out)).isEqualTo(90);
    assertThat(remaining(concurrent(3))).isEqualTo(3);
    assertThat(remaining(requests("r", 5))).isEqualTo(4);
  }
}

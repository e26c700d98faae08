package io.larder.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.ratelimit.LimitSettings.OnOutage;
import io.larder.telemetry.Discarded;
import io.larder.valkey.TestValkey;
import io.larder.valkey.Valkey;
import it.Await;
import it.ValkeyHost;
import it.ValkeyProcess;
import it.ValkeySentinel;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What limits hold when nodes die and primaries change. */
final class LimitsChaosIT {
  private static final Logger LOG = System.getLogger(LimitsChaosIT.class.getName());

  private static Limits limits(Valkey valkey, Duration lease) {
    return new Limits(
        () -> new LimitSettings(List.of(), false, Map.of(), List.of(), OnOutage.LOCAL),
        Optional.of(new ValkeyCounters(valkey, lease)),
        new MemoryCounters(InstantSource.system()),
        Discarded.telemetry(),
        System::nanoTime);
  }

  private static List<Policy> policies(String text) {
    return Policies.parse("user", text);
  }

  /**
   * Goal: what is charged is what was used, to the token, and no lease outlives its node. Method:
   * two nodes ask and settle at random, and each dies several times with requests under way, which
   * then stay charged as estimated.
   */
  @Test
  void nodesDie_settledIsWhatWasUsed_andLeasesComeBack() {
    long seed = System.nanoTime();
    LOG.log(Level.INFO, "seed {0}", String.valueOf(seed));
    var random = new Random(seed);
    var policies = policies("tokens=1000000000;w=3600,concurrent=50");
    long used = 0;
    try (var server = ValkeyProcess.start();
        var valkey = TestValkey.at(server.uri())) {
      var lease = Duration.ofSeconds(2);
      for (int life = 0; life < 12; life++) {
        var node = limits(valkey, lease);
        var open = new ArrayList<Open>();
        for (int step = 0; step < 60; step++) {
          if (open.isEmpty() || (open.size() < 4 && random.nextBoolean())) {
            int estimate = 1 + random.nextInt(1_000);
            var charges =
                List.of(new Charge(policies.get(0), estimate), new Charge(policies.get(1), 1));
            if (node.ask("user/t/chaos", charges) instanceof Limits.Answer.Go(var pass, var left)) {
              used += estimate;
              open.add(new Open(pass, estimate));
            }
          } else {
            var one = open.remove(random.nextInt(open.size()));
            int spent = random.nextInt(2_000);
            used += spent - one.estimate();
            one.pass().settle(policy -> spent);
            if (random.nextInt(4) == 0) {
              // every way out of a request may settle it
              one.pass().settleAsCharged();
            }
          }
        }
        // dies: nothing is settled, nothing renewed
        node.close();
      }
      var other = limits(valkey, lease);
      long all = used;
      Await.until(
          "all leases are back",
          lease.multipliedBy(3),
          () -> other.left("user/t/chaos", policies).get(1).remaining() == 50);
      assertThat(1_000_000_000 - other.left("user/t/chaos", policies).get(0).remaining())
          .isEqualTo(all);
      other.close();
    }
  }

  /** A request under way. */
  private record Open(Limits.Pass pass, long estimate) {}

  /**
   * Goal: know what a failover lets through. Method: two nodes ask for far more than the limit
   * while the primary is killed; asserted is what the two can admit at most by themselves while
   * nobody answers, the limit once more each; what came through is logged.
   */
  @Test
  void primaryKilled_overAdmissionIsBounded() throws Exception {
    var policy = policies("requests=2000;w=600").getFirst();
    var over = new AtomicBoolean();
    var admitted = new AtomicInteger();
    var failed = new AtomicInteger();
    try (var sentinel = ValkeySentinel.start(ValkeyHost.processes());
        var here = TestValkey.at(sentinel.uri());
        var there = TestValkey.at(sentinel.uri());
        var a = limits(here, Counters.LEASE);
        var b = limits(there, Counters.LEASE);
        var threads = Executors.newFixedThreadPool(4)) {
      var tasks = new ArrayList<Callable<Integer>>();
      for (int i = 0; i < 4; i++) {
        var node = i % 2 == 0 ? a : b;
        tasks.add(
            () -> {
              while (!over.get()) {
                switch (node.ask("user/t/failover", List.of(new Charge(policy, 1)))) {
                  case Limits.Answer.Go go -> admitted.incrementAndGet();
                  case Limits.Answer.Stop stop -> {}
                  case Limits.Answer.Unknown unknown -> failed.incrementAndGet();
                }
                TimeUnit.MILLISECONDS.sleep(2);
              }
              return 0;
            });
      }
      var running = tasks.stream().map(threads::submit).toList();
      Await.until("some are counted", () -> admitted.get() > 500);
      int primary = sentinel.primaryPort();
      int before = admitted.get();
      sentinel.killPrimary();
      sentinel.awaitFailover(primary);
      Await.until(
          "counted together again",
          Duration.ofSeconds(30),
          () ->
              a.left("user/t/failover", List.of(policy)).stream()
                  .anyMatch(left -> left.remaining() == 0));
      over.set(true);
      for (var one : running) {
        one.get();
      }
      LOG.log(
          Level.INFO,
          "failover: {0} admitted of 2000, {1} of them before; {2} over the limit",
          admitted.get(),
          before,
          Math.max(0, admitted.get() - 2_000));
      assertThat(failed).hasValue(0);
      assertThat(admitted.get()).isBetween(2_000, 3 * 2_000);
    }
  }
}

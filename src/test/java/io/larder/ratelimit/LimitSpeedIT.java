package io.larder.ratelimit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.distributed.ExpirationAfterWriteStrategy;
import io.github.bucket4j.redis.jedis.Bucket4jJedis;
import io.larder.telemetry.Discarded;
import io.larder.valkey.TestValkey;
import io.larder.valkey.Valkey;
import it.ValkeyProcess;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.RedisClient;

/**
 * How fast limits are beside a bare script and beside bucket4j, in one run on one server. The
 * bounds asserted leave room for a busy machine; what was measured is logged and stands in
 * docs/internals/performance.md.
 */
final class LimitSpeedIT {
  private static final Logger LOG = System.getLogger(LimitSpeedIT.class.getName());
  private static final int THREADS = 8;
  private static final int CALLS = 1_500;
  private static final int ROUNDS = 12;
  private static final String ONE_LINE = "return redis.call('INCR', KEYS[1])";
  private static final AtomicLong NUMBER = new AtomicLong();

  private final ValkeyProcess server = ValkeyProcess.start();
  // a busy machine is to be slow, and not to break off
  private final Valkey valkey =
      TestValkey.at(server.uri(), Map.of("larder.valkey.read-timeout", "PT5S"));
  private final RedisClient bare = client();

  private RedisClient client() {
    var pool = new ConnectionPoolConfig();
    pool.setMaxTotal(2 * THREADS);
    pool.setMaxIdle(2 * THREADS);
    return RedisClient.builder()
        .hostAndPort(new HostAndPort("127.0.0.1", server.port()))
        .clientConfig(DefaultJedisClientConfig.builder().resp2().build())
        .poolConfig(pool)
        .build();
  }

  @AfterEach
  void stop() {
    bare.close();
    valkey.close();
    server.close();
  }

  @Test
  void decide_isLittleSlowerThanAOneLineScript() throws Exception {
    var sha = bare.scriptLoad(ONE_LINE);
    for (int policies : new int[] {1, 4}) {
      var charges = charges(policies);
      var counters = new ValkeyCounters(valkey, Counters.LEASE);
      var ratios =
          ratios(
              thread -> assertThat(bare.evalsha(sha, 1, "n" + thread)).isNotNull(),
              thread -> admit(counters, "user/t/" + thread, charges));
      tell(policies + " policies, of a one-line EVALSHA", ratios);
      assertThat(median(ratios)).isGreaterThan(0.3);
    }
  }

  @Test
  void decide_oneSubject_isFasterThanBucket4j() throws Exception {
    var proxies =
        Bucket4jJedis.casBasedBuilder(bare)
            .expirationAfterWrite(
                ExpirationAfterWriteStrategy.basedOnTimeForRefillingBucketUpToMax(
                    Duration.ofSeconds(10)))
            .build();
    var bucket =
        proxies
            .builder()
            .build(
                "contended".getBytes(UTF_8),
                () ->
                    BucketConfiguration.builder()
                        .addLimit(
                            limit ->
                                limit
                                    .capacity(1_000_000_000)
                                    .refillGreedy(1_000_000_000, Duration.ofSeconds(60)))
                        .build());
    var counters = new ValkeyCounters(valkey, Counters.LEASE);
    var charges = charges(1);
    var ratios =
        ratios(
            thread -> assertThat(bucket.tryConsume(1)).isTrue(),
            thread -> admit(counters, "user/t/contended", charges));
    tell("one subject, of bucket4j's decisions", ratios);
    assertThat(median(ratios)).isGreaterThan(1.5);
  }

  @Test
  void ask_refusedBefore_costsNoRoundTrip() throws Exception {
    try (var limits =
        new Limits(
            () ->
                new LimitSettings(
                    List.of(), false, Map.of(), List.of(), LimitSettings.OnOutage.LOCAL),
            Optional.of(new ValkeyCounters(valkey, Counters.LEASE)),
            new MemoryCounters(java.time.InstantSource.system()),
            Discarded.telemetry(),
            System::nanoTime)) {
      var charges = List.of(new Charge(Policies.parse("user", "requests=1;w=600").getFirst(), 1));
      var counters = new ValkeyCounters(valkey, Counters.LEASE);
      assertThat(limits.ask("user/t/refused", charges)).isInstanceOf(Limits.Answer.Go.class);
      var ratios =
          ratios(
              thread -> admit(counters, "user/t/" + thread, charges(1)),
              thread ->
                  assertThat(limits.ask("user/t/refused", charges))
                      .isInstanceOf(Limits.Answer.Stop.class));
      tell("repeated refusals, of decisions", ratios);
      assertThat(median(ratios)).isGreaterThan(3);
    }
  }

  private static List<Charge> charges(int policies) {
    return IntStream.range(0, policies)
        .mapToObj(i -> "p" + i + "?requests=1000000000;w=" + (60 << i))
        .map(text -> new Charge(Policies.parse("user", text).getFirst(), 1))
        .toList();
  }

  private static void admit(ValkeyCounters counters, String subject, List<Charge> charges) {
    var id = Long.toHexString(NUMBER.incrementAndGet());
    assertThat(counters.decide(subject, id, charges)).isInstanceOf(Decision.Admitted.class);
  }

  /** One thing done by a thread. */
  private interface Step {
    void by(int thread);
  }

  /** Of each round the rate of ours by theirs; the first half warms up. */
  private static List<Double> ratios(Step theirs, Step ours) throws Exception {
    var ratios = new ArrayList<Double>();
    for (int round = 0; round < ROUNDS; round++) {
      double them = rate(theirs);
      double us = rate(ours);
      if (round >= ROUNDS / 2) {
        ratios.add(us / them);
      }
      if (round == ROUNDS - 1) {
        LOG.log(
            Level.INFO, "last round: {0} beside {1} per second", Math.round(us), Math.round(them));
      }
    }
    return ratios;
  }

  private static double rate(Step step) throws Exception {
    try (var threads = Executors.newFixedThreadPool(THREADS)) {
      long start = System.nanoTime();
      var all = new ArrayList<Future<Integer>>();
      for (int i = 0; i < THREADS; i++) {
        int thread = i;
        Callable<Integer> work =
            () -> {
              for (int call = 0; call < CALLS; call++) {
                step.by(thread);
              }
              return CALLS;
            };
        all.add(threads.submit(work));
      }
      int done = 0;
      for (var one : all) {
        done += one.get();
      }
      return done * 1e9 / (System.nanoTime() - start);
    }
  }

  private static double median(List<Double> ratios) {
    var sorted = new ArrayList<>(ratios);
    Collections.sort(sorted);
    return sorted.get(sorted.size() / 2);
  }

  private static void tell(String what, List<Double> ratios) {
    LOG.log(
        Level.INFO,
        "{0}: {1} (median of {2} rounds)",
        what,
        Math.round(median(ratios) * 100) / 100.0,
        ratios.size());
  }
}

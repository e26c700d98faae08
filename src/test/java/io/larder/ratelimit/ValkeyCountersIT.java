package io.larder.ratelimit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.larder.valkey.TestValkey;
import io.larder.valkey.Valkey;
import io.larder.valkey.ValkeyUnavailable;
import it.Await;
import it.RawCommand;
import it.ValkeyProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The scripts in a real Valkey, by its own clock. */
final class ValkeyCountersIT extends CountersContract {
  private static ValkeyProcess server;
  private static Valkey valkey;
  private static Valkey other;

  @BeforeAll
  static void start() {
    server = ValkeyProcess.start();
    valkey = TestValkey.at(server.uri());
    other = TestValkey.at(server.uri());
  }

  @AfterAll
  static void stop() {
    valkey.close();
    other.close();
    server.close();
  }

  @Override
  Counters counters() {
    return new ValkeyCounters(valkey, Counters.LEASE);
  }

  @Override
  void pass(Duration time) throws InterruptedException {
    // the server's clock is the one that counts, and it cannot be moved
    Thread.sleep(time.toMillis());
  }

  @Test
  void keys_ofASubject_areSmallExpireAndShareASlot() {
    var subject = "user/t/{odd}%name";
    var policy = new Policy("r", Unit.TOKENS, 1_000_000, WINDOW, Optional.empty(), false);
    counters().decide(subject, "id", List.of(new Charge(policy, 7)));
    var keys = RawCommand.strings(server.command("KEYS", "larder:1:limit:*odd*"));
    assertThat(keys)
        .containsExactlyInAnyOrder(
            "larder:1:limit:{user/t/%7Bodd%7D%25name}:r:tokens:1",
            "larder:1:limit:{user/t/%7Bodd%7D%25name}:charged:id");
    for (var key : keys) {
      assertThat(number("PTTL", key)).isBetween(1L, 1_100L);
      assertThat(number("MEMORY", "USAGE", key)).isLessThan(2_048);
    }
  }

  @Test
  void acl_leastRightsOfTheGuide_suffice() throws IOException {
    var user =
        Files.readString(Path.of("docs/guide/valkey.md"))
            .lines()
            .filter(line -> line.startsWith("user larder-state "))
            .findFirst()
            .orElseThrow();
    var words = new ArrayList<>(List.of("ACL", "SETUSER"));
    words.addAll(List.of(user.substring("user ".length()).split(" ", -1)));
    assertThat(server.command(words.toArray(String[]::new))).startsWith("+OK");
    var uri = server.uri().replace("://", "://larder-state:change-me@");
    try (var bounded = TestValkey.at(uri)) {
      var counters = new ValkeyCounters(bounded, Counters.LEASE);
      var tokens = new Policy("t", Unit.TOKENS, 100, WINDOW, Optional.empty(), false);
      var atOnce = new Policy("c", Unit.CONCURRENT, 1, Duration.ZERO, Optional.empty(), false);
      var charges = List.of(new Charge(tokens, 80), new Charge(atOnce, 1));

      assertThat(counters.decide("acl", "a", charges)).isInstanceOf(Decision.Admitted.class);
      assertThat(counters.decide("acl", "b", charges)).isInstanceOf(Decision.Refused.class);
      counters.renew("acl", "a", charges);
      counters.settle("acl", "a", charges, List.of(10L, 1L));
      assertThat(counters.decide("acl", "c", charges)).isInstanceOf(Decision.Admitted.class);
      // a window later, what has left is removed
      Await.until(
          "some has left",
          () -> counters.decide("acl", "d", charges.subList(0, 1)) instanceof Decision.Admitted);
    }
  }

  /**
   * Goal: what is charged amid a long run of requests that cost nothing in the end is forgotten
   * when its time is over. Method: the script with a clock that the test sets.
   */
  @Test
  void decide_afterManySettledToNothing_forgetsInTime() throws IOException {
    var policy = Policies.parse("user", "tokens=1000;w=60").getFirst();
    var key = "larder:1:limit:{clock}:" + policy.counter();
    long now = 1_800_000_000_000L;
    for (int second = 0; second < 200; second++) {
      assertThat(decideAt(now, key, policy, 100).getFirst()).isOne();
      settle(key, "larder:1:limit:{clock}:charged");
      now += 1_000;
    }
    assertThat(decideAt(now, key, policy, 900)).startsWith(1L, 900L);
    for (int i = 0; i < 30; i++) {
      now += 20_000;
      assertThat(decideAt(now, key, policy, 10).getFirst()).isOne();
    }
    assertThat(decideAt(now, key, policy, 0).get(1)).isLessThanOrEqualTo(50);
    assertThat(number("HLEN", key)).isLessThanOrEqualTo(63);
  }

  /** Goal: a clock that goes back, as after a failover, neither fails nor forgets. */
  @Test
  void decide_clockGoesBack_goesOnCounting() throws IOException {
    var policy = Policies.parse("user", "requests=20;w=1").getFirst();
    var key = "larder:1:limit:{back}:" + policy.counter();
    long now = 1_800_000_000_000L;
    for (int i = 0; i < 20; i++) {
      assertThat(decideAt(now, key, policy, 1).getFirst()).isOne();
    }
    for (int back : new int[] {25, 500, 3_600_000}) {
      assertThat(decideAt(now - back, key, policy, 1)).startsWith(0L, 20L);
    }
    assertThat(decideAt(now + 1_100, key, policy, 1)).startsWith(1L, 1L);
    for (int i = 1; i < 20; i++) {
      assertThat(decideAt(now + 1_050, key, policy, 1).getFirst()).isOne();
    }
    assertThat(decideAt(now + 2_200, key, policy, 1)).startsWith(1L, 1L);
  }

  private static List<Long> decideAt(long now, String key, Policy policy, long cost)
      throws IOException {
    var script =
        resource("decide.lua")
            .replace("call('TIME')", "{" + now / 1_000 + ", " + now % 1_000 * 1_000 + "}");
    var charged = key.substring(0, key.indexOf('}') + 1) + ":charged";
    var reply =
        server.command(
            "EVAL",
            script,
            "2",
            key,
            charged,
            "id",
            "60000",
            policy.unit().isTokens() ? "1" : "0",
            String.valueOf(policy.window().toMillis()),
            String.valueOf(policy.limit()),
            String.valueOf(cost),
            "0");
    assertThat(reply).as(reply).startsWith("*");
    return reply
        .lines()
        .filter(line -> line.startsWith(":"))
        .map(line -> Long.parseLong(line.substring(1).strip()))
        .toList();
  }

  private static void settle(String key, String charged) throws IOException {
    var reply =
        server.command("EVAL", resource("settle.lua"), "2", key, charged, "id", "60000", "0");
    assertThat(reply).startsWith(":1");
  }

  private static String resource(String name) throws IOException {
    try (var in = ValkeyCounters.class.getResourceAsStream(name)) {
      return new String(Objects.requireNonNull(in).readAllBytes(), UTF_8);
    }
  }

  private static long number(String... words) {
    return Long.parseLong(server.command(words).substring(1).strip());
  }

  /**
   * Goal: exactly so many as the limit, whoever asks. Method: threads of two clients hammer one
   * limit for several windows; the times are taken before and after each decision, so an admission
   * lies between. In no window that lies surely in the past are there more than the limit; and the
   * limit is nearly used up.
   */
  @Test
  void hammered_byTwoNodes_admitsTheLimitInEveryWindow() throws Exception {
    var policy = new Policy("h", Unit.REQUESTS, 200, WINDOW, Optional.empty(), false);
    long begin = System.nanoTime();
    long end = begin + Duration.ofSeconds(4).toNanos();
    var unheard = new AtomicInteger();
    var tasks = new ArrayList<Callable<List<long[]>>>();
    for (int i = 0; i < 8; i++) {
      var counters = new ValkeyCounters(i % 2 == 0 ? valkey : other, Counters.LEASE);
      int thread = i;
      tasks.add(
          () -> {
            var admitted = new ArrayList<long[]>();
            for (int n = 0; System.nanoTime() < end; n++) {
              long before = System.nanoTime();
              try {
                var decision =
                    counters.decide("hammer", thread + "-" + n, List.of(new Charge(policy, 1)));
                if (decision instanceof Decision.Admitted) {
                  admitted.add(new long[] {before, System.nanoTime()});
                }
              } catch (ValkeyUnavailable late) {
                // on a busy machine; it may have been counted, and was not admitted
                unheard.incrementAndGet();
              }
            }
            return admitted;
          });
    }
    var all = new ArrayList<long[]>();
    try (var threads = Executors.newFixedThreadPool(tasks.size())) {
      for (var one : threads.invokeAll(tasks)) {
        all.addAll(one.get());
      }
    }
    all.sort((a, b) -> Long.compare(a[0], b[0]));
    for (int i = 0; i < all.size(); i++) {
      // surely within one window: begun after this one's end, ended before a window has passed
      long from = all.get(i)[0];
      long surely =
          all.stream().filter(one -> one[0] >= from && one[1] < from + WINDOW.toNanos()).count();
      assertThat(surely).isLessThanOrEqualTo(200);
    }
    // 4 s of windows that are 61 sixtieths long
    assertThat(unheard.get()).isLessThan(20);
    assertThat(all.size() + unheard.get()).isGreaterThanOrEqualTo((int) (0.98 * 200 * 4 * 60 / 61));
    assertThat(Collections.max(all.stream().map(one -> one[1]).toList())).isGreaterThan(begin);
  }
}

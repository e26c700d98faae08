package it;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** HTTP sessions of an application on real servers and one Valkey. */
final class SessionsIT {
  /** How long a thread of the server does not ask Valkey again that gave it no answer. */
  private static final Duration PAUSE = Duration.ofMillis(200);

  private static final Map<String, String> CLASSES =
      Map.of("larder.jcache.classes", "it.SessionSampleBean, org.jboss.weld.**");
  private static final Duration OVERHEAD_MAX = Duration.ofMillis(300);
  private static final int ROUNDS = 40;

  private static ValkeyProcess valkey;
  private static SessionServer here;
  private static SessionServer there;

  @BeforeAll
  static void start() {
    valkey = ValkeyProcess.start();
    here = SessionServer.start("sessions-a", valkey.uri(), CLASSES);
    there = SessionServer.start("sessions-b", valkey.uri(), CLASSES);
  }

  @AfterAll
  static void stop() {
    here.close();
    there.close();
    valkey.close();
  }

  @Test
  void session_writtenHere_isReadThereAndBack() {
    var session = here.begin("sure&name=a&value=1");

    assertThat(there.ask("get&name=a", session)).isEqualTo("in 1");
    there.ask("sure&name=b&value=2", session);
    assertThat(here.ask("get&name=b", session)).isEqualTo("in 2");
    there.ask("remove&name=a", session);
    assertThat(here.ask("get&name=a", session)).isEqualTo("in null");
  }

  @Test
  void sessionScopedBean_mutatedOnBothServers_isOne() {
    var session = here.begin("bean");

    assertThat(there.ask("bean", session)).isEqualTo("in 2");
    assertThat(there.ask("bean", session)).isEqualTo("in 3");
    assertThat(here.ask("bean", session)).isEqualTo("in 4");
  }

  @Test
  void attribute_ofAClassNotAllowed_isLeftOutAndToldOnce() {
    var session = here.begin("sure&name=a&value=1");

    assertThat(here.ask("basket&name=x&value=apple", session)).isEqualTo("in ");
    assertThat(there.ask("get&name=x", session)).isEqualTo("in null");
    assertThat(there.ask("get&name=a", session)).isEqualTo("in 1");
    assertThat(here.log()).containsOnlyOnce("is not kept: it.SessionSample$Basket");
  }

  /** Goal: of a request with an attribute that cannot be written nothing is, then or later. */
  @Test
  void attributes_besideAnUnserialisableOne_areNotWrittenHalf() {
    var session = here.begin("sure&name=a&value=1");
    var names = there.ask("names", session);
    assertThat(names).contains("a").doesNotContain("broken");
    for (int i = 0; i < ROUNDS; i++) {
      assertThat(here.ask("broken&value=" + i, session)).isEqualTo("in ");
      assertThat(there.ask("names", session)).as("round " + i).isEqualTo(names);
    }
    assertThat(here.ask("sure&name=a&value=2", session)).isEqualTo("in ");
    assertThat(there.ask("names", session)).isEqualTo(names);
    assertThat(there.ask("get&name=a", session)).isEqualTo("in 2");
  }

  @Test
  void keys_all_expireAsDocumented() {
    var session = here.begin("sure&name=a&value=1");
    there.ask("idle&name=60", session);
    var keys = RawCommand.strings(valkey.command("KEYS", "*"));

    assertThat(keys).anyMatch(key -> key.matches("larder:1:session:\\{.*}:default_host%2Fapp"));
    for (var key : keys) {
      assertThat(life(key)).as(key).isPositive();
    }
    assertThat(life(key(session))).isBetween(640_000L, 660_000L);
    var other = here.begin("sure&name=a&value=1");
    assertThat(life(key(other))).isBetween(2_380_000L, 2_400_000L);
  }

  @Test
  void session_idleForTooLong_isOutBeforeItsKeyIsGone() throws Exception {
    var session = here.begin("sure&name=a&value=1");
    here.ask("idle&name=1", session);
    TimeUnit.MILLISECONDS.sleep(2_100);

    assertThat(there.ask("look", session)).isEqualTo("out ");
    assertThat(here.ask("look", session)).isEqualTo("out ");
  }

  @Test
  void session_invalidatedThere_isGoneHereWithAllItHad() {
    var session = here.begin("sure&name=a&value=1");
    assertThat(there.ask("invalidate", session)).isEqualTo("in ");

    assertThat(here.ask("look", session)).isEqualTo("out ");
    assertThat(valkey.command("EXISTS", key(session))).isEqualTo(":0\r\n");
  }

  @Test
  void session_invalidatedWhileARequestUsesIt_isNotResurrected() throws Exception {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < ROUNDS; i++) {
        var session = here.begin("sure&name=a&value=1");
        int millis = i;
        var slow = threads.submit(() -> here.ask("slow&name=b&value=2&millis=" + millis, session));
        TimeUnit.MILLISECONDS.sleep(i / 2);
        there.ask("invalidate", session);
        slow.get();

        assertThat(there.ask("look", session)).as("round " + i).isEqualTo("out ");
        assertThat(here.ask("look", session)).as("round " + i).isEqualTo("out ");
        assertThat(valkey.command("EXISTS", key(session))).as("round " + i).isEqualTo(":0\r\n");
      }
    }
  }

  @Test
  void attributes_setOnBothServersAtOnce_areAllThere() throws Exception {
    var session = here.begin("sure&name=a&value=1");
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < ROUNDS; i++) {
        var start = new CountDownLatch(1);
        var round = "" + i;
        var tasks = new ArrayList<Future<String>>();
        for (var server : List.of(here, there)) {
          var name = (server == here ? "here" : "there") + round;
          tasks.add(
              threads.submit(
                  () -> {
                    start.await();
                    return server.ask("sure&name=" + name + "&value=" + round, session);
                  }));
        }
        start.countDown();
        for (var task : tasks) {
          assertThat(task.get()).isEqualTo("in ");
        }
      }
    }
    var names = there.ask("names", session);
    for (int i = 0; i < ROUNDS; i++) {
      assertThat(names).contains("here" + i + ",").contains("there" + i);
      assertThat(here.ask("get&name=there" + i, session)).isEqualTo("in " + i);
      assertThat(there.ask("get&name=here" + i, session)).isEqualTo("in " + i);
    }
  }

  @Test
  void server_killedUnderLoad_losesNothingAcknowledged() throws Exception {
    var acknowledged = new ConcurrentHashMap<String, Integer>();
    var victim = SessionServer.start("sessions-c", valkey.uri(), CLASSES);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int n = 0; n < 8; n++) {
        var unused =
            threads.submit(
                () -> {
                  var session = victim.begin("sure&name=n&value=0");
                  for (int i = 1; ; i++) {
                    acknowledged.put(session, i - 1);
                    assertThat(victim.ask("sure&name=n&value=" + i, session)).isEqualTo("in ");
                  }
                });
      }
      Await.until(
          "under way",
          () -> acknowledged.size() == 8 && acknowledged.values().stream().allMatch(i -> i > 10));
      victim.kill();
    }
    for (var one : acknowledged.entrySet()) {
      int found = Integer.parseInt(there.ask("get&name=n", one.getKey()).substring(3));
      assertThat(found).isBetween(one.getValue(), one.getValue() + 1);
    }
  }

  @Test
  void valkey_down_pagesAreServedSignedOutAndInTime() {
    var figures = new HashMap<String, Duration>();
    var session = here.begin("sure&name=a&value=1");
    for (var how : List.of("hung", "dead")) {
      if (how.equals("hung")) {
        valkey.freeze();
      } else {
        valkey.kill();
      }
      try {
        for (int i = 0; i < 10; i++) {
          long began = System.nanoTime();
          assertThat(here.ask("sure&name=b&value=2", session)).as(how + i).isEqualTo("out ");
          var time = Duration.ofNanos(System.nanoTime() - began);
          figures.merge(how, time, (a, b) -> a.compareTo(b) > 0 ? a : b);
        }
        assertThat(here.ask("look", null)).isEqualTo("out ");
        assertThat(here.ask("invalidate", session)).isEqualTo("out ");
      } finally {
        if (how.equals("hung")) {
          valkey.thaw();
        } else {
          valkey.restart();
        }
      }
      Await.until(
          "kept again, by every thread",
          () ->
              Await.holds(
                  PAUSE.multipliedBy(2),
                  () -> there.ask("get&name=c", here.begin("sure&name=c&value=3")).equals("in 3")));
    }
    System.getLogger(SessionsIT.class.getName())
        .log(System.Logger.Level.INFO, "longest while Valkey was: {0}", figures);
    assertThat(figures.get("hung")).isLessThan(OVERHEAD_MAX.plusMillis(50));
    assertThat(figures.get("dead")).isLessThan(OVERHEAD_MAX.plusMillis(50));
    assertThat(here.log())
        .contains("sessions are out of reach")
        .contains("sessions are in reach again");
  }

  private static long life(String key) {
    return Long.parseLong(valkey.command("PTTL", key).substring(1).strip());
  }

  /** The key of a session; its cookie begins with four characters that are not of its id. */
  private static String key(String cookie) {
    return "larder:1:session:{"
        + Browser.digest(cookie.substring(4).replaceAll(":.*", ""))
        + "}:default_host%2Fapp";
  }
}

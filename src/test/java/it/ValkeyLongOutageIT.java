package it;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Valkey is dead for a minute under 200 requests a second, and nobody notices. */
final class ValkeyLongOutageIT {
  private static final Logger LOG = System.getLogger(ValkeyLongOutageIT.class.getName());
  private static final String ANSWER =
      "{\"choices\":[{\"message\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}";
  private static final Duration OUTAGE = Duration.ofSeconds(60);
  private static final int PER_SECOND = 200;

  private final AtomicInteger sent = new AtomicInteger();
  private final AtomicInteger answered = new AtomicInteger();
  private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
  private final ConcurrentLinkedQueue<Long> nanos = new ConcurrentLinkedQueue<>();

  @Test
  void traffic_valkeyKilledForAMinute_failsNoRequestAndRecovers() throws Exception {
    try (var provider = ScriptedProvider.start();
        var valkey = ValkeyProcess.start();
        var larder =
            LarderProcess.start(
                "long-outage",
                Map.of(
                    "LARDER_VALKEY_URI", valkey.uri(),
                    "LARDER_PROVIDER_P_URL", provider.url()));
        var threads = Executors.newVirtualThreadPerTaskExecutor();
        var clock = Executors.newSingleThreadScheduledExecutor()) {
      provider.script("m", (request, answer) -> answer.whole(200, "application/json", ANSWER));
      var unused =
          clock.scheduleAtFixedRate(
              () -> threads.execute(() -> send(larder)),
              0,
              TimeUnit.SECONDS.toMicros(1) / PER_SECOND,
              TimeUnit.MICROSECONDS);
      Await.until("under way", () -> answered.get() > 5 * PER_SECOND);
      report("before");
      valkey.kill();
      TimeUnit.MILLISECONDS.sleep(OUTAGE.toMillis());
      assertThat(health(larder)).contains("DEGRADED").contains("\"status\":\"UP\"");
      report("in the outage");
      valkey.restart();
      long back = System.nanoTime();
      Await.until("recovered", () -> !health(larder).contains("DEGRADED"));
      LOG.log(
          Level.INFO,
          "recovered {0} ms after Valkey was back",
          TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - back));
      Await.until("used again", () -> !valkey.command("DBSIZE").startsWith(":0"));
      int before = answered.get();
      Await.until("under way again", () -> answered.get() > before + 5 * PER_SECOND);
      report("after");
      clock.shutdownNow();
    }

    assertThat(failures).isEmpty();
    assertThat(answered).hasValue(sent.get());
    assertThat(sent).hasValueGreaterThan(PER_SECOND * (int) OUTAGE.toSeconds());
  }

  private void send(LarderProcess larder) {
    int number = sent.incrementAndGet();
    // nine of ten are asked again and again
    var text = number % 10 == 0 ? "new " + number : "known " + number % 37;
    long start = System.nanoTime();
    try {
      var answer = larder.chat(Api.ask("m", text));
      nanos.add(System.nanoTime() - start);
      var body = new String(answer.body(), StandardCharsets.UTF_8);
      if (answer.statusCode() != 200 || !body.equals(ANSWER)) {
        failures.add(answer.statusCode() + " " + body);
      }
    } catch (RuntimeException failed) {
      failures.add(failed.toString());
    }
    answered.incrementAndGet();
  }

  private void report(String when) {
    List<Long> times = new ArrayList<>();
    for (var one = nanos.poll(); one != null; one = nanos.poll()) {
      times.add(one);
    }
    Collections.sort(times);
    LOG.log(
        Level.INFO,
        "{0}: {1} requests, p50 {2} us, p99 {3} us, worst {4} us",
        when,
        times.size(),
        TimeUnit.NANOSECONDS.toMicros(times.get(times.size() / 2)),
        TimeUnit.NANOSECONDS.toMicros(times.get(times.size() * 99 / 100)),
        TimeUnit.NANOSECONDS.toMicros(times.getLast()));
  }

  private static String health(LarderProcess larder) {
    var answer = LarderProcess.send(HttpRequest.newBuilder(larder.uri("/health/ready")).build());
    return new String(answer.body(), StandardCharsets.UTF_8);
  }
}

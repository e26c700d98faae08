package it;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Larder with Valkey: answers outlive Larder, and Larder outlives Valkey. */
final class ValkeyOutageIT {
  private static final String ANSWER =
      "{\"choices\":[{\"message\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}";

  private static ScriptedProvider provider;
  private static ValkeyProcess valkey;
  private static LarderProcess larder;

  @BeforeAll
  static void start() {
    provider = ScriptedProvider.start();
    provider.script("m", (request, answer) -> answer.whole(200, "application/json", ANSWER));
    provider.script(
        "st",
        (request, answer) -> {
          answer.streamHead();
          answer.piece("data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n");
          answer.piece("data: [DONE]\n\n");
          answer.streamEnd();
        });
    valkey = ValkeyProcess.start();
    larder =
        LarderProcess.start(
            "valkey",
            Map.of("LARDER_VALKEY_URI", valkey.uri(), "LARDER_PROVIDER_P_URL", provider.url()));
  }

  @AfterAll
  static void stop() throws Exception {
    larder.close();
    valkey.close();
    provider.close();
  }

  @Test
  void hit_afterARestartOfLarder_isThere() {
    var json = ask("m", "kept");
    var stream = ask("st", "kept").replace("{\"model", "{\"stream\":true,\"model");
    var missJson = larder.chat(json);
    var missStream = larder.chat(stream);
    assertThat(cache(missJson)).isEqualTo("MISS");
    assertThat(cache(missStream)).isEqualTo("MISS");

    larder.restart();

    var hitJson = larder.chat(json);
    var hitStream = larder.chat(stream);
    assertThat(cache(hitJson)).isEqualTo("HIT");
    assertThat(hitJson.body()).isEqualTo(missJson.body());
    assertThat(cache(hitStream)).isEqualTo("HIT");
    assertThat(hitStream.body()).isEqualTo(missStream.body());
  }

  @Test
  void traffic_whileValkeyIsKilledAndRestarted_neverFails() throws Exception {
    var failures = new ConcurrentLinkedQueue<String>();
    var answered = new AtomicInteger();
    var stop = new AtomicBoolean();
    var running = new ArrayList<Future<?>>();
    try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int c = 0; c < 4; c++) {
        int client = c;
        running.add(
            clients.submit(
                () -> {
                  for (int i = 0; !stop.get(); i++) {
                    var answer = larder.chat(ask("m", "traffic " + client + " " + i % 20));
                    answered.incrementAndGet();
                    if (answer.statusCode() != 200 || !ANSWER.equals(text(answer))) {
                      failures.add(answer.statusCode() + " " + text(answer));
                    }
                  }
                  return null;
                }));
      }
      awaitMore(answered, 200);
      valkey.kill();
      awaitMore(answered, 500);
      assertThat(health()).contains("\"state\":\"DEGRADED\"");
      valkey.restart();
      awaitRecovery();
      awaitMore(answered, 200);
      stop.set(true);
      for (var client : running) {
        client.get();
      }
    }

    assertThat(failures).isEmpty();
    // and Valkey is used again
    larder.chat(ask("m", "after the outage"));
    assertThat(valkey.command("DBSIZE")).doesNotStartWith(":0");
  }

  @Test
  void miss_whileValkeyIsFrozen_isDelayedALittleAndThenNotAtAll() {
    for (int i = 0; i < 50; i++) {
      larder.chat(ask("m", "warm " + i));
    }
    valkey.freeze();
    try {
      var first = new ArrayList<Duration>();
      for (int i = 0; i < 6; i++) {
        first.add(time(ask("m", "frozen " + i)));
      }
      assertThat(Collections.max(first)).isLessThan(Duration.ofMillis(500));
      awaitHealth("\"state\":\"DEGRADED\"");
      var then = new ArrayList<Duration>();
      for (int i = 0; i < 40; i++) {
        then.add(time(ask("m", "open " + i)));
      }
      Collections.sort(then);
      assertThat(then.get(then.size() / 2)).isLessThan(Duration.ofMillis(50));
      // an answer given meanwhile is remembered by this node
      assertThat(cache(larder.chat(ask("m", "open 1")))).isEqualTo("HIT");
      assertThat(health()).contains("\"status\":\"UP\"");
    } finally {
      valkey.thaw();
    }
    awaitRecovery();
  }

  private static Duration time(String body) {
    long start = System.nanoTime();
    assertThat(larder.chat(body).statusCode()).isEqualTo(200);
    return Duration.ofNanos(System.nanoTime() - start);
  }

  private static void awaitMore(AtomicInteger answered, int more) {
    int from = answered.get();
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (answered.get() < from + more && System.nanoTime() < end) {
      Thread.onSpinWait();
    }
    assertThat(answered.get()).isGreaterThanOrEqualTo(from + more);
  }

  private static void awaitHealth(String state) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(15);
    while (!health().contains(state) && System.nanoTime() < end) {
      Thread.onSpinWait();
    }
    assertThat(health()).contains(state);
  }

  /** Both stores, since one does not serve without the other. */
  private static void awaitRecovery() {
    awaitHealth("\"state\":\"OK\"");
    Await.until("both stores are back", () -> !health().contains("DEGRADED"));
  }

  private static String health() {
    return text(LarderProcess.send(HttpRequest.newBuilder(larder.uri("/health/ready")).build()));
  }

  private static String ask(String model, String text) {
    return String.format(
        Locale.ROOT,
        "{\"model\":\"%s\",\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]}",
        model,
        text);
  }

  private static String cache(HttpResponse<byte[]> answer) {
    return answer.headers().firstValue("X-Cache").orElse("");
  }

  private static String text(HttpResponse<byte[]> answer) {
    return new String(answer.body(), StandardCharsets.UTF_8);
  }
}

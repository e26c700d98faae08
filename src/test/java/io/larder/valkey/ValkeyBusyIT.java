package io.larder.valkey;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.guard.Breaker;
import io.larder.telemetry.Counted;
import it.Await;
import it.ValkeyProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** More threads than connections: who gets none in time does without, and Valkey is not blamed. */
final class ValkeyBusyIT {
  private static final int THREADS = 50;
  private static final Duration MINUTE = Duration.ofMinutes(1);

  /** The wait for a connection and for a reply, with some slack for a busy machine. */
  private static final Duration CALL_MAX = Duration.ofMillis(600);

  private final ValkeyProcess server = ValkeyProcess.start();
  private final Counted counted = new Counted();

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void get_healthyServerAndTwoConnections_isBusyAtTimesAndOpensNoBreaker() throws Exception {
    var found = new AtomicInteger();
    var stop = new AtomicBoolean();
    var running = new ArrayList<Future<?>>();
    try (var valkey = two(Map.of("larder.valkey.connection-wait", "PT0.001S"));
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      valkey.set("k", new byte[100_000], MINUTE);
      for (int i = 0; i < THREADS; i++) {
        running.add(
            threads.submit(
                () -> {
                  while (!stop.get()) {
                    found.addAndGet(tryGet(valkey) ? 1 : 0);
                  }
                }));
      }
      Await.until("both at times", () -> found.get() > 1_000 && calls("busy") > 100);
      stop.set(true);
      for (var one : running) {
        one.get();
      }

      assertThat(valkey.opened()).isZero();
      assertThat(calls("refused")).isZero();
      assertThat(calls("error")).isZero();
      assertThat(calls("ok")).isEqualTo(found.get() + 1L);
    }
  }

  @Test
  void get_pausedServerAndTwoConnections_countsOnlyTheTwoAgainstIt() throws Exception {
    try (var valkey = two(Map.of())) {
      valkey.set("k", new byte[] {1}, MINUTE);
      server.command("CLIENT", "PAUSE", "3000");

      assertThat(all(valkey)).hasSize(THREADS).allMatch(time -> time.compareTo(CALL_MAX) < 0);
      assertThat(calls("busy")).isEqualTo(THREADS - 2L);
      assertThat(calls("error")).isEqualTo(2);
      assertThat(valkey.opened()).isZero();

      // the third that waits for a reply in vain makes it an outage
      assertThat(tryGet(valkey)).isFalse();
      assertThat(valkey.opened()).isEqualTo(1);
      Await.until("closed", () -> valkey.state() == Breaker.State.CLOSED);
      assertThat(valkey.get("k")).hasValue(new byte[] {1});
    }
  }

  private Valkey two(Map<String, String> settings) {
    var all = new HashMap<>(settings);
    all.put("larder.valkey.connections-max", "2");
    return TestValkey.at(server.uri(), all, counted.telemetry());
  }

  /** All threads ask once, at the same time; gives how long each took. */
  private static List<Duration> all(Valkey valkey) throws InterruptedException {
    var times = new ConcurrentLinkedQueue<Duration>();
    var begin = new CountDownLatch(1);
    try (var threads = Executors.newFixedThreadPool(THREADS)) {
      for (int i = 0; i < THREADS; i++) {
        threads.execute(
            () -> {
              try {
                begin.await();
              } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
              }
              long start = System.nanoTime();
              assertThat(tryGet(valkey)).isFalse();
              times.add(Duration.ofNanos(System.nanoTime() - start));
            });
      }
      begin.countDown();
      threads.shutdown();
      assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    }
    return List.copyOf(times);
  }

  private static boolean tryGet(Valkey valkey) {
    try {
      return valkey.get("k").isPresent();
    } catch (ValkeyUnavailable none) {
      return false;
    }
  }

  private long calls(String result) {
    return counted.of("larder_valkey_calls", "cache", result);
  }
}

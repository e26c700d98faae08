package io.larder.cached;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.larder.cache.Cache;
import io.larder.cache.Caches;
import io.larder.telemetry.Discarded;
import io.larder.valkey.TestValkey;
import io.larder.valkey.ValkeyStores;
import it.Await;
import it.ValkeyProcess;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Two nodes on a real server, and what is left when it dies. */
final class CachedNodesIT {
  private final ValkeyProcess server = ValkeyProcess.start();
  private final Sample sample = new Sample();
  private final Node here = new Node();
  private final Node there = new Node();

  /** One node; both have the same method behind them. */
  private final class Node implements AutoCloseable {
    final ValkeyStores stores = TestValkey.stores(server.uri(), Map.of());
    final Cache cache = Caches.open(stores, InstantSource.system(), Discarded.telemetry());
    final Bean bean = new Bean(sample, cache, InstantSource.system(), Discarded.telemetry());

    @Override
    public void close() {
      cache.close();
      stores.cache().ifPresent(valkey -> valkey.close());
      stores.state().ifPresent(valkey -> valkey.close());
    }
  }

  /** Counts its calls and does what a test says. */
  @SuppressWarnings("unused")
  private static class Sample {
    final AtomicInteger calls = new AtomicInteger();
    volatile Callable<@Nullable String> next = () -> "x";

    @Cached(type = "once", acrossNodes = true, tags = "once:{id}")
    @Nullable String once(String id) throws Exception {
      calls.incrementAndGet();
      return next.call();
    }

    @Cached(type = "brief", acrossNodes = true, ttl = "PT1S")
    @Nullable String brief(String id) throws Exception {
      calls.incrementAndGet();
      return next.call();
    }

    @Cached(type = "plain", tags = "plain")
    @Nullable String plain(String id) throws Exception {
      calls.incrementAndGet();
      return next.call();
    }

    @CachePut(type = "plain")
    @Nullable String put(@CacheKey String id, String value) {
      return value;
    }

    @CacheInvalidate(tags = "once:{id}")
    void dropOnce(String id) {}

    @CacheInvalidate(type = "plain")
    void drop(@CacheKey String id) {}

    @CacheInvalidate(type = "plain", all = true)
    void dropAll() {}
  }

  @AfterEach
  void stop() {
    here.close();
    there.close();
    server.close();
  }

  @Test
  void acrossNodes_hundredMissesOnTwoNodes_callOnce() throws Exception {
    for (int round = 0; round < 5; round++) {
      var id = "r" + round;
      var start = new CountDownLatch(1);
      var results = new ArrayList<Future<@Nullable Object>>();
      sample.next =
          () -> {
            TimeUnit.MILLISECONDS.sleep(200);
            return "made";
          };
      try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
        for (int i = 0; i < 100; i++) {
          var node = i % 2 == 0 ? here : there;
          results.add(
              threads.submit(
                  () -> {
                    start.await();
                    return node.bean.call("once", id);
                  }));
        }
        start.countDown();
      }
      for (var result : results) {
        assertThat(result.get()).isEqualTo("made");
      }
      assertThat(sample.calls).as("round " + round).hasValue(round + 1);
    }
  }

  @Test
  void acrossNodes_afterAnInvalidation_nobodyWaitsForTheOldClaim() throws Exception {
    here.bean.call("once", "a");
    there.bean.call("dropOnce", "a");
    long start = System.nanoTime();
    Await.until(
        "loaded again",
        Duration.ofSeconds(2),
        () -> {
          callQuietly(here, "once", "a");
          return sample.calls.get() == 2;
        });
    there.bean.call("once", "a");

    assertThat(sample.calls).hasValue(2);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
  }

  @Test
  void acrossNodes_firstFails_theOtherNodeCallsAtOnce() throws Exception {
    var inside = new CountDownLatch(1);
    var go = new CountDownLatch(1);
    sample.next =
        () -> {
          inside.countDown();
          go.await();
          throw new IOException("disk");
        };
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var failing = threads.submit(() -> here.bean.call("once", "a"));
      inside.await();
      sample.next = () -> "second";
      var waiting = threads.submit(() -> there.bean.call("once", "a"));
      Await.until("the other node waits", () -> there.bean.flights.count() == 1);
      assertThat(sample.calls).hasValue(1);
      long start = System.nanoTime();
      go.countDown();
      assertThatThrownBy(failing::get).hasCauseInstanceOf(IOException.class);
      assertThat(waiting.get()).isEqualTo("second");
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
    }
  }

  @Test
  void acrossNodes_valueIsBrief_noClaimOutlivesIt() throws Exception {
    long start = System.nanoTime();
    for (int i = 0; i < 3; i++) {
      int calls = i;
      Await.until(
          "past its time",
          () -> {
            callQuietly(calls % 2 == 0 ? here : there, "brief", "a");
            return sample.calls.get() > calls;
          });
    }

    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(8));
  }

  @Test
  void invalidate_everyWay_isSeenByTheOtherNode() throws Exception {
    var drops =
        Map.<String, Callable<@Nullable Object>>of(
            "key", () -> there.bean.call("drop", "a"), "type", () -> there.bean.call("dropAll"));
    for (var drop : drops.entrySet()) {
      here.bean.call("plain", "a");
      int before = sample.calls.get();
      here.bean.call("plain", "a");
      assertThat(sample.calls).hasValue(before);
      drop.getValue().call();
      Await.until(
          drop.getKey(),
          Duration.ofSeconds(1),
          () -> {
            callQuietly(here, "plain", "a");
            return sample.calls.get() > before;
          });
    }
    there.bean.call("put", "a", "put");
    Await.until(
        "put is seen", Duration.ofSeconds(1), () -> "put".equals(callQuietly(here, "plain", "a")));
  }

  @Test
  void valkeyDown_everyMethod_works() throws Exception {
    here.bean.call("plain", "a");
    server.kill();
    sample.next = () -> "y";

    assertThat(here.bean.call("plain", "b")).isEqualTo("y");
    assertThat(here.bean.call("once", "b")).isEqualTo("y");
    here.bean.call("drop", "b");
    here.bean.call("dropAll");
    assertThat(here.bean.call("put", "b", "put")).isEqualTo("put");
    sample.next = () -> "z";
    assertThat(here.bean.call("plain", "b")).isEqualTo("z");
  }

  @Test
  void valkeyDown_invalidated_isWrittenWhenItIsBack() throws Exception {
    here.bean.call("plain", "a");
    assertThat(there.bean.call("plain", "a")).isEqualTo("x");
    server.command("CLIENT", "PAUSE", "1500", "ALL");
    here.bean.call("drop", "a");
    sample.next = () -> "new";
    assertThat(here.bean.call("plain", "a")).isEqualTo("new");

    Await.until("written", () -> "new".equals(callQuietly(there, "plain", "a")));
    Await.until(
        "cached again",
        () -> {
          callQuietly(here, "plain", "a");
          int before = sample.calls.get();
          callQuietly(here, "plain", "a");
          return sample.calls.get() == before;
        });
  }

  private static @Nullable Object callQuietly(Node node, String method, String argument) {
    try {
      return node.bean.call(method, argument);
    } catch (Exception failed) {
      throw new AssertionError(failed);
    }
  }
}

package io.larder.cache;

import static io.larder.cache.TestNode.key;
import static io.larder.cache.TestNode.tag;
import static org.assertj.core.api.Assertions.assertThat;

import it.Await;
import it.ValkeyProcess;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two nodes on a real server: what one invalidates, the other stops serving, and how fast. */
final class CacheNodesIT {
  private static final Logger LOG = System.getLogger(CacheNodesIT.class.getName());

  /** What the product promises. */
  private static final Duration SEEN_MAX = Duration.ofSeconds(1);

  private final ValkeyProcess server = ValkeyProcess.start();
  private TestNode here;
  private TestNode there;

  @BeforeEach
  void start() {
    here = new TestNode(server.uri());
    there = new TestNode(server.uri());
    awaitNear(here, "warm");
    awaitNear(there, "warm");
  }

  @AfterEach
  void stop() {
    here.close();
    there.close();
    server.close();
  }

  @Test
  void find_near_asksValkeyNothing() {
    here.keep("k", "a", tag("t"));
    assertThat(here.find("k")).hasValue("a");
    long before = commands();
    for (int i = 0; i < 1_000; i++) {
      assertThat(here.find("k")).hasValue("a");
    }

    // pings of the two subscriptions, and this question
    assertThat(commands() - before).isLessThan(50);
  }

  @Test
  void find_stored_asksValkeyOnce() {
    there.keep("k", "a", tag("t"));
    here.keep("other", "b", tag("t"));
    long before = calls("get");
    long scripts = calls("evalsha");
    assertThat(here.find("k")).hasValue("a");

    assertThat(calls("get") - before).isEqualTo(1);
    assertThat(calls("evalsha")).isEqualTo(scripts);
  }

  @Test
  void invalidate_everyWay_isSeenByTheOtherNodeWithinMilliseconds() {
    var times = new ArrayList<Long>();
    for (int i = 0; i < 60; i++) {
      here.keep("k", "value " + i, tag("t"));
      assertThat(here.find("k")).isPresent();
      assertThat(there.find("k")).hasValue("value " + i);
      long start = System.nanoTime();
      if (i % 2 == 0) {
        there.cache.invalidate(tag("t"));
      } else {
        there.cache.remove(key("k"));
      }
      assertThat(there.find("k")).isEmpty();
      Await.until("seen", SEEN_MAX, () -> here.find("k").isEmpty());
      times.add(System.nanoTime() - start);
    }

    Collections.sort(times);
    LOG.log(
        Level.INFO,
        "invalidation seen by another node: median {0} us, worst of 60 {1} us",
        TimeUnit.NANOSECONDS.toMicros(times.get(30)),
        TimeUnit.NANOSECONDS.toMicros(times.get(59)));
    assertThat(Duration.ofNanos(times.get(30))).isLessThan(Duration.ofMillis(50));
  }

  @Test
  void invalidate_connectionsAreCut_nothingOldIsServedAfterASecond() {
    for (int i = 0; i < 5; i++) {
      here.keep("k" + i, "old", tag("t"));
      assertThat(here.find("k" + i)).hasValue("old");
      server.command("CLIENT", "KILL", "TYPE", "pubsub");
      there.cache.invalidate(tag("t"));
      int now = i;
      Await.until("gone", SEEN_MAX, () -> here.find("k" + now).isEmpty());
    }
  }

  @Test
  void find_serverComesBackEmpty_servesNothingFromBefore() {
    here.keep("k", "old", tag("t"));
    assertThat(here.find("k")).hasValue("old");
    server.kill();
    assertThat(here.keep("island", "mine", tag("t"))).isTrue();
    assertThat(here.find("island")).hasValue("mine");
    server.restart();
    awaitNear(here, "again");

    assertThat(here.find("k")).isEmpty();
    assertThat(here.find("island")).isEmpty();
  }

  @Test
  void keepAndInvalidate_interleavedAtRandom_noReaderIsMoreThanASecondBehind() throws Exception {
    long seed = System.nanoTime();
    LOG.log(Level.INFO, "seed {0}", String.valueOf(seed));
    int keys = 8;
    // the version that an invalidation made the least to be served, by key, and since when
    var least = new ConcurrentHashMap<String, List<long[]>>();
    var next = new AtomicLong();
    var failures = new ConcurrentLinkedQueue<String>();
    var hits = new AtomicInteger();
    var stop = new AtomicBoolean();
    var running = new ArrayList<Future<?>>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int n = 0; n < 2; n++) {
        var node = n == 0 ? here : there;
        var random = new Random(seed + n);
        running.add(
            threads.submit(
                () -> {
                  while (!stop.get()) {
                    var name = "r" + random.nextInt(keys);
                    if (random.nextInt(4) > 0) {
                      node.keep(name, String.valueOf(next.incrementAndGet()), tag(name));
                    } else {
                      // everything stored with a number up to here must be gone a second from now
                      long upTo = next.get();
                      if (random.nextBoolean()) {
                        node.cache.invalidate(tag(name));
                      } else {
                        node.cache.remove(key(name));
                      }
                      least
                          .computeIfAbsent(
                              name, absent -> Collections.synchronizedList(new ArrayList<>()))
                          .add(new long[] {System.nanoTime(), upTo});
                    }
                    TimeUnit.MICROSECONDS.sleep(random.nextInt(2_000));
                  }
                  return null;
                }));
        for (int r = 0; r < 2; r++) {
          var reads = new Random(seed * 31 + n * 2L + r);
          running.add(
              threads.submit(
                  () -> {
                    while (!stop.get()) {
                      var name = "r" + reads.nextInt(keys);
                      long start = System.nanoTime();
                      var found = node.find(name);
                      if (found.isPresent()) {
                        hits.incrementAndGet();
                        long floor = floor(least.getOrDefault(name, List.of()), start);
                        if (Long.parseLong(found.get()) <= floor) {
                          failures.add(name + " = " + found.get() + " after " + floor);
                        }
                      }
                    }
                    return null;
                  }));
        }
      }
      TimeUnit.SECONDS.sleep(6);
      stop.set(true);
      for (var one : running) {
        one.get();
      }
    }

    assertThat(failures).as("seed " + seed).isEmpty();
    assertThat(hits).hasValueGreaterThan(1_000);
  }

  /** The highest number that was invalidated more than a second before that moment. */
  private static long floor(List<long[]> invalidations, long moment) {
    long floor = 0;
    synchronized (invalidations) {
      for (var one : invalidations) {
        if (moment - one[0] > SEEN_MAX.toNanos()) {
          floor = Math.max(floor, one[1]);
        }
      }
    }
    return floor;
  }

  private long commands() {
    return figure(server.command("INFO", "stats"), "total_commands_processed:");
  }

  private long calls(String command) {
    var stats = server.command("INFO", "commandstats");
    return stats.contains("cmdstat_" + command + ":")
        ? figure(stats, "cmdstat_" + command + ":calls=")
        : 0;
  }

  private static long figure(String info, String name) {
    var from = info.substring(info.indexOf(name) + name.length());
    return Long.parseLong(from.split("[^0-9]", 2)[0]);
  }

  /** Waits until a node serves from its own memory. */
  private void awaitNear(TestNode node, String name) {
    Await.until(
        "near values are believed",
        () -> {
          node.keep(name, "v", tag("warm"));
          node.find(name);
          long before = calls("get");
          node.find(name);
          return node.shares(name) && calls("get") == before;
        });
  }
}

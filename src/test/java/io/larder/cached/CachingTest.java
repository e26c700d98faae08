package io.larder.cached;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.larder.cache.Cache;
import io.larder.cache.Caches;
import io.larder.cache.Figure;
import io.larder.cache.Figures;
import io.larder.model.Caller;
import io.larder.telemetry.Discarded;
import it.Await;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the annotations do, on one node without Valkey. Who waits in vain does so for a minute. */
@Timeout(30)
final class CachingTest {
  private Instant time = Instant.parse("2026-01-01T00:00:00Z");
  private final Cache cache = Caches.memory(() -> time, Discarded.telemetry());
  private final Sample sample = new Sample();
  private final Bean bean = new Bean(sample, cache, () -> time, Discarded.telemetry());

  /** Data. */
  public record User(String id, String name) {}

  /** Counts its calls and does what a test says. */
  @SuppressWarnings("unused")
  private static class Sample {
    final AtomicInteger calls = new AtomicInteger();
    volatile Callable<@Nullable Object> next = () -> "x";

    void returns(Object result) {
      next = () -> result;
    }

    @SuppressWarnings("TypeParameterUnusedInFormals")
    <T> T next() throws Exception {
      calls.incrementAndGet();
      @SuppressWarnings({"unchecked", "NullAway"})
      T result = (T) next.call();
      return result;
    }

    @Cached(type = "text", tags = "id:{id}", ttl = "PT1M")
    @Nullable String text(String id) throws Exception {
      return next();
    }

    @Cached(type = "kept-empty", emptyTtl = "PT10S", ttl = "PT1M")
    @Nullable String keptEmpty(String id) throws Exception {
      return next();
    }

    @Cached(type = "maybe", emptyTtl = "PT10S")
    Optional<User> maybe(String id) throws Exception {
      return next();
    }

    @Cached(type = "later", tags = "later")
    CompletionStage<User> later(String id) throws Exception {
      return next();
    }

    @Cached(type = "bytes")
    byte[] bytes() throws Exception {
      return next();
    }

    @Cached(type = "mine", scope = Scope.USER)
    String mine() throws Exception {
      return next();
    }

    @Cached(type = "nodes", acrossNodes = true)
    @Nullable String nodes(String id) throws Exception {
      return next();
    }

    @CachePut(type = "text", ttl = "PT1M")
    @Nullable String put(@CacheKey String id, String value) throws Exception {
      return next();
    }

    @CacheInvalidate(type = "text")
    @Nullable String drop(@CacheKey String id, int any) throws Exception {
      return next();
    }

    @CacheInvalidate(tags = "id:{id}")
    void dropTag(String id) throws Exception {
      Object unused = next();
    }

    @CacheInvalidate(type = "text", all = true)
    void dropAll() throws Exception {
      Object unused = next();
    }

    @CacheInvalidate(tags = "later")
    CompletionStage<String> dropLater() throws Exception {
      return next();
    }
  }

  @AfterEach
  void flights_afterEveryTest_haveAllLanded() {
    assertThat(bean.flights.count()).isZero();
    cache.close();
  }

  @Test
  void figures_everyCall_areOfTheCallerOrOfTheNodes() throws Exception {
    bean.call("text", "1");
    bean.caller = Optional.of(new Caller("ann", "acme", Set.of()));
    bean.call("text", "1");
    bean.call("put", "1", "y");
    sample.next =
        () -> {
          throw new IOException("no");
        };
    assertThatThrownBy(() -> bean.call("text", "2")).isInstanceOf(IOException.class);

    var nodes = figures(Figures.NODES);
    assertThat(nodes).containsEntry(Figure.MISSES, 1L).containsEntry(Figure.STORED, 1L);
    assertThat(nodes).containsEntry(Figure.HITS, 0L).containsEntry(Figure.ERRORS, 0L);
    var hers = figures(Figures.user("acme", "ann"));
    assertThat(hers).containsEntry(Figure.HITS, 1L).containsEntry(Figure.MISSES, 2L);
    assertThat(hers).containsEntry(Figure.STORED, 1L).containsEntry(Figure.ERRORS, 1L);
    assertThat(hers.get(Figure.BYTES)).isPositive();
    assertThat(figures(Figures.EVERYBODY)).containsEntry(Figure.MISSES, 3L);
  }

  private Map<Figure, Long> figures(String subject) {
    return Objects.requireNonNull(bean.figures.here(subject).get("text"));
  }

  @Test
  void cached_calledTwice_callsOnce() throws Exception {
    assertThat(bean.call("text", "a")).isEqualTo("x");
    sample.next = () -> "y";

    assertThat(bean.call("text", "a")).isEqualTo("x");
    assertThat(bean.call("text", "b")).isEqualTo("y");
    assertThat(sample.calls).hasValue(2);
  }

  @Test
  void cached_pastItsTime_callsAgain() throws Exception {
    bean.call("text", "a");
    time = time.plus(Duration.ofSeconds(53));
    bean.call("text", "a");
    assertThat(sample.calls).hasValue(1);
    time = time.plus(Duration.ofSeconds(8));
    bean.call("text", "a");

    assertThat(sample.calls).hasValue(2);
  }

  @Test
  void cached_operatorSetsATime_winsOverTheAnnotation() throws Exception {
    var set =
        new Bean(
            sample,
            cache,
            () -> time,
            Discarded.telemetry(),
            Map.of("larder.cache.ttl.text", "PT1H"));
    set.call("text", "a");
    time = time.plus(Duration.ofMinutes(50));
    set.call("text", "a");

    assertThat(sample.calls).hasValue(1);
  }

  @Test
  void cached_null_isReturnedAndNotKept() throws Exception {
    sample.next = () -> null;
    assertThat(bean.call("text", "a")).isNull();
    assertThat(bean.call("text", "a")).isNull();

    assertThat(sample.calls).hasValue(2);
  }

  @Test
  void cached_emptyWithATime_isKeptForIt() throws Exception {
    sample.next = () -> null;
    bean.call("keptEmpty", "a");
    assertThat(bean.call("keptEmpty", "a")).isNull();
    sample.next = () -> Optional.empty();
    bean.call("maybe", "a");
    assertThat(bean.call("maybe", "a")).isEqualTo(Optional.empty());
    assertThat(sample.calls).hasValue(2);
    time = time.plus(Duration.ofSeconds(11));
    sample.next = () -> Optional.of(new User("a", "b"));

    assertThat(bean.call("maybe", "a")).isEqualTo(Optional.of(new User("a", "b")));
  }

  @Test
  void cached_bytesChangedByACaller_areWholeForTheNext() throws Exception {
    sample.next = () -> new byte[] {1};
    bytes()[0] = 2;
    bytes()[0] = 3;

    assertThat(bytes()).containsExactly(1);
    assertThat(sample.calls).hasValue(1);
  }

  @Test
  void cached_throws_throwsTheSameAndKeepsNothing() throws Exception {
    var failure = new IOException("disk");
    sample.next =
        () -> {
          throw failure;
        };
    assertThatThrownBy(() -> bean.call("text", "a")).isSameAs(failure);
    sample.next = () -> "y";

    assertThat(bean.call("text", "a")).isEqualTo("y");
  }

  @Test
  void cached_hundredThreads_callOnce() throws Exception {
    var inside = new CountDownLatch(1);
    sample.next =
        () -> {
          inside.await();
          return "x";
        };
    var results = hundred("text", inside);

    for (var result : results) {
      assertThat(result.get()).isEqualTo("x");
    }
    assertThat(sample.calls).hasValue(1);
  }

  @Test
  void cached_hundredThreadsAndItThrows_allGetTheSameAndLaterCallsCallAgain() throws Exception {
    var inside = new CountDownLatch(1);
    var failure = new IOException("disk");
    sample.next =
        () -> {
          inside.await();
          throw failure;
        };
    var results = hundred("text", inside);

    for (var result : results) {
      assertThatThrownBy(result::get).isInstanceOf(ExecutionException.class).hasCause(failure);
    }
    assertThat(sample.calls).hasValue(1);
    sample.next = () -> "y";
    assertThat(bean.call("text", "a")).isEqualTo("y");
  }

  @Test
  void cached_manyRoundsOfHundredThreads_callOncePerRound() throws Exception {
    for (int round = 0; round < 50; round++) {
      var id = "round " + round;
      try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
        for (int i = 0; i < 100; i++) {
          var unused = threads.submit(() -> bean.call("text", id));
        }
      }
      assertThat(sample.calls).hasValue(round + 1);
    }
  }

  @Test
  void cached_callsItselfForTheSameKey_doesNotWaitForItself() throws Exception {
    var depth = new AtomicInteger();
    sample.next = () -> depth.incrementAndGet() < 3 ? bean.call("text", "a") : "deep";

    assertThat(bean.call("text", "a")).isEqualTo("deep");
  }

  @Test
  void cached_unwritable_isReturnedAndNotKept() throws Exception {
    sample.next = () -> "\uD83D";

    assertThat(bean.call("text", "a")).isEqualTo("\uD83D");
    bean.call("text", "a");
    assertThat(sample.calls).hasValue(2);
  }

  @Test
  void cached_scopeWithoutACaller_saysSo() {
    assertThatThrownBy(() -> bean.call("mine"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("cache type mine has scope USER, but nobody calls");
    assertThat(sample.calls).hasValue(0);
  }

  @Test
  void cached_scopeOfUsers_isEachUsersOwn() throws Exception {
    bean.caller = Optional.of(new Caller("a", "t", Set.of()));
    bean.call("mine");
    bean.caller = Optional.of(new Caller("b", "t", Set.of()));
    sample.next = () -> "b's";

    assertThat(bean.call("mine")).isEqualTo("b's");
    bean.caller = Optional.of(new Caller("a", "t", Set.of()));
    assertThat(bean.call("mine")).isEqualTo("x");
  }

  @Test
  void invalidate_everyWay_callsAgain() throws Exception {
    for (var drop :
        List.<Callable<@Nullable Object>>of(
            () -> bean.call("drop", "a", 1),
            () -> bean.call("dropTag", "a"),
            () -> bean.call("dropAll"))) {
      bean.call("text", "a");
      drop.call();
      int before = sample.calls.get();
      bean.call("text", "a");
      assertThat(sample.calls).hasValue(before + 1);
    }
  }

  @Test
  void invalidate_otherKey_leavesTheValue() throws Exception {
    bean.call("text", "a");
    bean.call("drop", "b", 1);
    bean.call("dropTag", "b");
    int before = sample.calls.get();
    bean.call("text", "a");

    assertThat(sample.calls).hasValue(before);
  }

  @Test
  void invalidate_methodThrows_invalidatesNothing() throws Exception {
    bean.call("text", "a");
    sample.next =
        () -> {
          throw new IOException("disk");
        };
    assertThatThrownBy(() -> bean.call("dropTag", "a")).isInstanceOf(IOException.class);

    assertThat(bean.call("text", "a")).isEqualTo("x");
  }

  @Test
  void invalidate_whileAValueIsMade_laterCallersDoNotGetIt() throws Exception {
    var inside = new CountDownLatch(1);
    var go = new CountDownLatch(1);
    sample.next =
        () -> {
          inside.countDown();
          go.await();
          return "old";
        };
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var old = threads.submit(() -> bean.call("text", "a"));
      inside.await();
      sample.next = () -> "new";
      bean.call("dropTag", "a");
      assertThat(bean.call("text", "a")).isEqualTo("new");
      go.countDown();
      assertThat(old.get()).isEqualTo("old");
    }

    assertThat(bean.call("text", "a")).isEqualTo("new");
  }

  @Test
  void put_always_callsAndReplaces() throws Exception {
    bean.call("text", "a");
    sample.next = () -> "put";
    assertThat(bean.call("put", "a", "any")).isEqualTo("put");
    sample.next = () -> "later";

    assertThat(bean.call("text", "a")).isEqualTo("put");
    assertThat(bean.call("put", "a", "any")).isEqualTo("later");
    assertThat(bean.call("text", "a")).isEqualTo("later");
  }

  @Test
  void put_null_removes() throws Exception {
    bean.call("text", "a");
    sample.next = () -> null;
    bean.call("put", "a", "any");

    assertThat(bean.call("text", "a")).isNull();
  }

  @Test
  void put_whileAnOlderValueIsMade_wins() throws Exception {
    var inside = new CountDownLatch(1);
    var go = new CountDownLatch(1);
    sample.next =
        () -> {
          inside.countDown();
          go.await();
          return "old";
        };
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var old = threads.submit(() -> bean.call("text", "a"));
      inside.await();
      sample.next = () -> "put";
      bean.call("put", "a", "any");
      go.countDown();
      old.get();
    }
    sample.next = () -> "loaded";

    assertThat(bean.call("text", "a")).isEqualTo("put");
  }

  @Test
  void put_twoAtOnce_neverLeavesTheOneThatWasOvertaken() throws Exception {
    var inside = new CountDownLatch(1);
    var go = new CountDownLatch(1);
    sample.next =
        () -> {
          inside.countDown();
          go.await();
          return "first";
        };
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var first = threads.submit(() -> bean.call("put", "a", "any"));
      inside.await();
      sample.next = () -> "second";
      bean.call("put", "a", "any");
      go.countDown();
      first.get();
    }
    sample.next = () -> "loaded";

    assertThat(bean.call("text", "a")).isEqualTo("loaded");
  }

  @Test
  void stage_completed_isKeptAndAHitIsComplete() throws Exception {
    var promise = new CompletableFuture<Object>();
    sample.returns(promise);
    var first = stage("later", "a");
    var second = stage("later", "a");
    assertThat(first).isNotDone();
    promise.complete(new User("a", "b"));

    assertThat(first.join()).isEqualTo(new User("a", "b"));
    assertThat(second.join()).isEqualTo(new User("a", "b"));
    assertThat(stage("later", "a").resultNow()).isEqualTo(new User("a", "b"));
    assertThat(sample.calls).hasValue(1);
  }

  @Test
  void stage_failed_failsTheSameForAllAndIsNotKept() throws Exception {
    var promise = new CompletableFuture<Object>();
    var failure = new IOException("disk");
    sample.returns(promise);
    var first = stage("later", "a");
    var second = stage("later", "a");
    promise.completeExceptionally(failure);
    for (var one : List.of(first, second)) {
      assertThat(one.exceptionNow()).isSameAs(failure);
    }
    sample.returns(CompletableFuture.completedFuture(new User("c", "d")));

    assertThat(stage("later", "a").join()).isEqualTo(new User("c", "d"));
  }

  @Test
  void stage_ofAnInvalidation_invalidatesWhenComplete() throws Exception {
    sample.returns(CompletableFuture.completedFuture(new User("a", "b")));
    stage("later", "a").join();
    var promise = new CompletableFuture<Object>();
    sample.returns(promise);
    var dropped = stage("dropLater");
    int before = sample.calls.get();
    stage("later", "a").join();
    assertThat(sample.calls).hasValue(before);
    promise.complete("done");
    assertThat(dropped.join()).isEqualTo("done");
    sample.returns(CompletableFuture.completedFuture(new User("c", "d")));

    assertThat(stage("later", "a").join()).isEqualTo(new User("c", "d"));
  }

  @Test
  void acrossNodes_alone_neverWaits() throws Exception {
    sample.next =
        () -> {
          throw new IOException("disk");
        };
    long start = System.nanoTime();
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() -> bean.call("nodes", "a")).isInstanceOf(IOException.class);
    }
    sample.next = () -> null;
    bean.call("nodes", "a");
    bean.call("nodes", "a");
    sample.next = () -> "x";
    bean.call("nodes", "a");
    bean.call("nodes", "a");

    assertThat(sample.calls).hasValue(6);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Turns.TIME_MAX);
  }

  /** Starts a hundred calls, and lets the method go on once all of them wait. */
  private List<Future<@Nullable Object>> hundred(String method, CountDownLatch inside)
      throws Exception {
    var threads = new ArrayList<Thread>();
    var results = new ArrayList<Future<@Nullable Object>>();
    for (int i = 0; i < 100; i++) {
      var result = new CompletableFuture<@Nullable Object>();
      results.add(result);
      threads.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      result.complete(bean.call(method, "a"));
                    } catch (Exception failed) {
                      result.completeExceptionally(failed);
                    }
                  }));
    }
    Await.until(
        "all wait",
        () ->
            threads.stream()
                .allMatch(
                    thread ->
                        thread.getState() == Thread.State.WAITING
                            || thread.getState() == Thread.State.TIMED_WAITING));
    inside.countDown();
    for (var thread : threads) {
      thread.join();
    }
    return results;
  }

  private byte[] bytes() throws Exception {
    return (byte[]) Objects.requireNonNull(bean.call("bytes"));
  }

  private CompletableFuture<?> stage(String method, Object... arguments) throws Exception {
    return (CompletableFuture<?>) Objects.requireNonNull(bean.call(method, arguments));
  }
}

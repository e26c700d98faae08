package io.larder.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.telemetry.Discarded;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The two floors of the cache: memory is believed for a while, then the shared store decides. */
final class CacheTest {
  private static final CacheKey KEY = new CacheKey("chat", "k");
  private static final Duration HOUR = Duration.ofHours(1);

  private Instant time = Instant.parse("2026-01-01T00:00:00Z");
  private final MemoryStore shared = new MemoryStore(1 << 20, () -> time);
  private final Counting store = new Counting(shared);
  private final Cache cache = node();

  private Cache node() {
    return new Cache(
        new MemoryStore(1 << 20, () -> time),
        Optional.of(store),
        () -> time,
        Discarded.telemetry());
  }

  @Test
  void find_justKept_asksNobody() {
    cache.keep(KEY, new byte[] {1}, HOUR, new Lookup.Absent());

    assertThat(cache.find(KEY)).isInstanceOf(Lookup.Found.class);
    assertThat(store.finds).isZero();
  }

  @Test
  void find_keptByAnotherNode_isFoundThere() {
    node().keep(KEY, new byte[] {1}, HOUR, new Lookup.Absent());

    assertThat(value(cache.find(KEY))).containsExactly(1);
  }

  @Test
  void find_replacedByAnotherNode_isSeenAfterAWhile() {
    cache.keep(KEY, new byte[] {1}, HOUR, new Lookup.Absent());
    node().keep(KEY, new byte[] {2}, HOUR, new Lookup.Absent());
    assertThat(value(cache.find(KEY))).containsExactly(1);
    time = time.plus(Cache.BELIEVED);

    assertThat(value(cache.find(KEY))).containsExactly(2);
  }

  @Test
  void find_removedElsewhere_isSeenAfterAWhile() {
    cache.keep(KEY, new byte[] {1}, HOUR, new Lookup.Absent());
    shared.remove(KEY);
    time = time.plus(Cache.BELIEVED);

    assertThat(cache.find(KEY)).isInstanceOf(Lookup.Absent.class);
    shared.keep(KEY, new Kept(new byte[] {3}, time, HOUR, time));
    assertThat(value(cache.find(KEY))).containsExactly(3);
  }

  @Test
  void keep_afterUnknown_asksTheSharedStoreNoMore() {
    cache.keep(KEY, new byte[] {1}, HOUR, new Lookup.Unknown());

    assertThat(store.keeps).isZero();
    assertThat(value(cache.find(KEY))).containsExactly(1);
  }

  private static byte[] value(Lookup lookup) {
    return ((Lookup.Found) lookup).kept().value();
  }

  /** A store that counts. */
  private static final class Counting implements Store {
    private final Store store;
    private int finds;
    private int keeps;

    Counting(Store store) {
      this.store = store;
    }

    @Override
    public Optional<Kept> find(CacheKey key) {
      finds++;
      return store.find(key);
    }

    @Override
    public void keep(CacheKey key, Kept kept) {
      keeps++;
      store.keep(key, kept);
    }

    @Override
    public void remove(CacheKey key) {
      store.remove(key);
    }
  }
}

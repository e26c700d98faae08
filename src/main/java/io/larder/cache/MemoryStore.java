package io.larder.cache;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/** Values in this node's memory, bounded by bytes; what is asked for often stays (TinyLFU). */
final class MemoryStore implements Store {
  /** What a value costs beside its bytes: key, node of the table, expiry. Measured roughly. */
  private static final int OVERHEAD_BYTES = 400;

  private final com.github.benmanes.caffeine.cache.Cache<CacheKey, Kept> values;
  private final InstantSource clock;

  /**
   * An empty store.
   *
   * @param bytesMax bytes of all values and their overhead
   */
  MemoryStore(long bytesMax, InstantSource clock) {
    this.clock = clock;
    this.values =
        Caffeine.newBuilder()
            .maximumWeight(bytesMax)
            .weigher((CacheKey key, Kept kept) -> OVERHEAD_BYTES + kept.value().length)
            .ticker(() -> nanos(clock.instant()))
            // upkeep takes microseconds; handing it to another thread at every write costs more
            .executor(Runnable::run)
            .expireAfter(Expiry.<CacheKey, Kept>writing((key, kept) -> positive(left(kept))))
            .build();
  }

  @Override
  public Optional<Kept> find(CacheKey key) {
    return Optional.ofNullable(values.getIfPresent(key));
  }

  @Override
  public void keep(CacheKey key, Kept kept) {
    if (left(kept).isPositive()) {
      values.put(key, kept);
    } else {
      values.invalidate(key);
    }
  }

  @Override
  public void remove(CacheKey key) {
    values.invalidate(key);
  }

  /** Bytes held now, the overhead included; settles pending evictions first. */
  long bytes() {
    values.cleanUp();
    return values.policy().eviction().orElseThrow().weightedSize().orElseThrow();
  }

  private Duration left(Kept kept) {
    return kept.left(clock.instant());
  }

  private static Duration positive(Duration time) {
    return time.isPositive() ? time : Duration.ofNanos(1);
  }

  private static long nanos(Instant instant) {
    return instant.getEpochSecond() * 1_000_000_000L + instant.getNano();
  }
}

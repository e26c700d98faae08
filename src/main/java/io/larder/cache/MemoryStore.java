package io.larder.cache;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.RemovalCause;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Values in this node's memory, bounded by bytes; what is asked for often stays (TinyLFU). */
final class MemoryStore implements Store {
  private static final int CLAIMS_MAX = 100_000;

  private final com.github.benmanes.caffeine.cache.Cache<Key, Kept> values;
  private final com.github.benmanes.caffeine.cache.Cache<Key, Duration> claims;
  private final InstantSource clock;
  private final LongAdder evicted = new LongAdder();

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
            .weigher((Key key, Kept kept) -> Weight.of(key.name(), kept))
            .ticker(() -> nanos(clock.instant()))
            .evictionListener(
                (@Nullable Key key, @Nullable Kept kept, RemovalCause cause) -> {
                  if (cause == RemovalCause.SIZE) {
                    evicted.increment();
                  }
                })
            // upkeep takes microseconds; handing it to another thread at every write costs more
            .executor(Runnable::run)
            .expireAfter(Expiry.<Key, Kept>writing((key, kept) -> positive(heldFor(kept))))
            .build();
    this.claims =
        Caffeine.newBuilder()
            .maximumSize(CLAIMS_MAX)
            .ticker(() -> nanos(clock.instant()))
            .executor(Runnable::run)
            .expireAfter(Expiry.<Key, Duration>creating((key, time) -> positive(time)))
            .build();
  }

  @Override
  public At find(Key key) {
    var kept = values.getIfPresent(key);
    return kept == null ? new At.Nothing(0) : new At.There(kept);
  }

  @Override
  public boolean keep(Key key, Kept kept, long version) {
    if (!heldFor(kept).isPositive()) {
      return false;
    }
    var done = new AtomicBoolean();
    values
        .asMap()
        .compute(
            key,
            (same, there) -> {
              boolean may = version == ANY || version == (there == null ? 0 : there.version());
              done.set(may);
              return may ? kept : there;
            });
    return done.get();
  }

  @Override
  public void remove(Key key) {
    values.put(key, tombstone());
  }

  private Kept tombstone() {
    long version = ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE);
    return Kept.tombstone(clock.instant(), TOMBSTONE, version);
  }

  @Override
  public boolean claim(Key key, Duration time) {
    return claims.asMap().putIfAbsent(key, time) == null;
  }

  @Override
  public Some some(String cursor, int count) {
    var kept = new LinkedHashMap<String, Kept>();
    var sizes = new LinkedHashMap<String, Long>();
    var names = after(cursor, count);
    for (var key : names) {
      var one = values.policy().getIfPresentQuietly(key);
      if (one != null && !one.isTombstone()) {
        kept.put(key.name(), one);
        sizes.put(key.name(), (long) one.value().length);
      }
    }
    return new Some(kept, sizes, next(names, count));
  }

  @Override
  public Removed removeSome(String glob, String cursor, int count) {
    var matching = Glob.pattern(glob);
    var names = after(cursor, count);
    int gone = 0;
    for (var key : names) {
      if (matching.matcher(key.name()).matches() && bury(key)) {
        gone++;
      }
    }
    return new Removed(gone, next(names, count));
  }

  /** Puts a tombstone in place of a value, and says whether there was one. */
  private boolean bury(Key key) {
    var done = new AtomicBoolean();
    values
        .asMap()
        .computeIfPresent(
            key,
            (same, there) -> {
              done.set(!there.isTombstone());
              return there.isTombstone() ? there : tombstone();
            });
    return done.get();
  }

  /** The first keys after a name, in order of their names. */
  private List<Key> after(String name, int count) {
    return values.asMap().keySet().stream()
        .filter(key -> key.name().compareTo(name) > 0)
        .sorted(Comparator.comparing(Key::name))
        .limit(count)
        .toList();
  }

  private static String next(List<Key> names, int count) {
    return names.size() < count ? "" : names.getLast().name();
  }

  /** How many had to go for others. */
  long evicted() {
    return evicted.sum();
  }

  /** Bytes held now, the overhead included; settles pending evictions first. */
  long bytes() {
    values.cleanUp();
    return values.policy().eviction().orElseThrow().weightedSize().orElseThrow();
  }

  private Duration heldFor(Kept kept) {
    return kept.heldFor(clock.instant());
  }

  static Duration positive(Duration time) {
    return time.isPositive() ? time : Duration.ofNanos(1);
  }

  static long nanos(Instant instant) {
    return instant.getEpochSecond() * 1_000_000_000L + instant.getNano();
  }
}

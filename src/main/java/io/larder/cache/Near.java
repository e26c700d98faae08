package io.larder.cache;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.RemovalCause;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Copies of shared values in this node's memory, bounded by bytes; what is asked for often stays
 * (TinyLFU). A copy is asked for again after a while in any case, whatever the news say, so that
 * the shared store knows what is in use.
 */
final class Near {
  /** Keys share counters of changes: two that share one cost each other a round trip, no more. */
  private static final int STRIPES = 4096;

  private final com.github.benmanes.caffeine.cache.Cache<String, Copy> copies;
  private final AtomicLongArray changes = new AtomicLongArray(STRIPES);
  private final InstantSource clock;
  private final LongAdder evicted = new LongAdder();

  /** A copy of a value. */
  static final class Copy {
    private final Kept kept;
    private final long epoch;
    private final boolean local;
    // a race costs one more check
    private volatile long checked;

    private Copy(Kept kept, long epoch, boolean local, long checked) {
      this.kept = kept;
      this.epoch = epoch;
      this.local = local;
      this.checked = checked;
    }

    Kept kept() {
      return kept;
    }

    /** The epoch of the news in which it was read. */
    long epoch() {
      return epoch;
    }

    /** Whether only this node has it, since the shared store was out of reach. */
    boolean isLocal() {
      return local;
    }

    /** The count of the news when its generations were last found to hold. */
    long checked() {
      return checked;
    }

    void checkedAt(long count) {
      checked = count;
    }
  }

  /**
   * No copies yet.
   *
   * @param bytesMax bytes of all copies and their overhead
   * @param timeMax how long a copy is used at most
   */
  Near(long bytesMax, Duration timeMax, InstantSource clock) {
    this.clock = clock;
    this.copies =
        Caffeine.newBuilder()
            .maximumWeight(bytesMax)
            .weigher((String name, Copy copy) -> Weight.of(name, copy.kept()))
            .ticker(() -> MemoryStore.nanos(clock.instant()))
            .evictionListener(
                (@Nullable String name, @Nullable Copy copy, RemovalCause cause) -> {
                  if (cause == RemovalCause.SIZE) {
                    evicted.increment();
                  }
                })
            // upkeep takes microseconds; handing it to another thread at every write costs more
            .executor(Runnable::run)
            .expireAfter(Expiry.<String, Copy>writing((name, copy) -> life(copy.kept(), timeMax)))
            .build();
  }

  private Duration life(Kept kept, Duration timeMax) {
    var held = kept.heldFor(clock.instant());
    return MemoryStore.positive(held.compareTo(timeMax) < 0 ? held : timeMax);
  }

  Optional<Copy> find(Key key) {
    return Optional.ofNullable(copies.getIfPresent(key.name()));
  }

  /** A count that grows when the key's value changes; to be taken before the value is read. */
  long changes(Key key) {
    return changes.get(stripe(key.name()));
  }

  /**
   * Keeps a copy, unless the value has changed since it was read.
   *
   * @param before the count of changes before
   */
  void put(Key key, Kept kept, long epoch, long before) {
    var unused =
        copies
            .asMap()
            .compute(
                key.name(),
                (name, there) ->
                    changes.get(stripe(name)) == before ? new Copy(kept, epoch, false, -1) : there);
  }

  /**
   * Keeps a value that the shared store does not take.
   *
   * @param news the count of the news; the copy is void after the next
   */
  void putLocal(Key key, Kept kept, long news) {
    copies.put(key.name(), new Copy(kept, 0, true, news));
  }

  /** The value of that name has changed: its copy goes, and so does what is being read. */
  void changed(String name) {
    changes.incrementAndGet(stripe(name));
    copies.invalidate(name);
  }

  /** Forgets a copy that is of no use. */
  void drop(Key key) {
    copies.invalidate(key.name());
  }

  /** Forgets all copies. */
  void clear() {
    copies.invalidateAll();
  }

  /** How many had to go for others. */
  long evicted() {
    return evicted.sum();
  }

  /** Bytes held now, the overhead included; settles pending evictions first. */
  long bytes() {
    copies.cleanUp();
    return copies.policy().eviction().orElseThrow().weightedSize().orElseThrow();
  }

  private static int stripe(String name) {
    int hash = name.hashCode();
    return (hash ^ (hash >>> 16)) & (STRIPES - 1);
  }
}

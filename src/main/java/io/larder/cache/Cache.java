package io.larder.cache;

import io.larder.telemetry.Telemetry;
import io.larder.valkey.ValkeyUnavailable;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;

/**
 * Values by key: in this node's memory, and behind it, where configured, in Valkey.
 *
 * <p>A value in memory is believed for {@link #BELIEVED} and then asked for again, so that what
 * another node has replaced is seen soon. While Valkey is out of reach, memory answers alone.
 */
public final class Cache {
  /** How long a value in memory is served before Valkey is asked whether it still stands. */
  static final Duration BELIEVED = Duration.ofSeconds(1);

  private final Store memory;
  private final Optional<Store> shared;
  private final InstantSource clock;
  private final Telemetry telemetry;

  Cache(Store memory, Optional<Store> shared, InstantSource clock, Telemetry telemetry) {
    this.memory = memory;
    this.shared = shared;
    this.clock = clock;
    this.telemetry = telemetry;
  }

  /** Looks a value up. Never fails: out of reach is an answer too. */
  public Lookup find(CacheKey key) {
    long start = System.nanoTime();
    try {
      return memory
          .find(key)
          .filter(kept -> shared.isEmpty() || isBelieved(kept))
          .<Lookup>map(Lookup.Found::new)
          .orElseGet(() -> shared.map(store -> ask(store, key)).orElse(new Lookup.Absent()));
    } finally {
      telemetry.cacheLookup(Duration.ofNanos(System.nanoTime() - start));
    }
  }

  /**
   * Keeps a value. Never fails: a value that Valkey does not take stays in this node's memory.
   *
   * @param ttl time to live, above zero
   * @param before what the lookup of this request found; after {@link Lookup.Unknown} Valkey is not
   *     waited for a second time
   */
  public void keep(CacheKey key, byte[] value, Duration ttl, Lookup before) {
    var now = clock.instant();
    var kept = new Kept(value, now, ttl, now);
    memory.keep(key, kept);
    if (!(before instanceof Lookup.Unknown)) {
      shared.ifPresent(store -> tryToKeep(store, key, kept));
    }
  }

  private boolean isBelieved(Kept kept) {
    return clock.instant().isBefore(kept.confirmedAt().plus(BELIEVED));
  }

  private Lookup ask(Store store, CacheKey key) {
    try {
      var found = store.find(key).filter(kept -> kept.left(clock.instant()).isPositive());
      found.ifPresentOrElse(kept -> memory.keep(key, kept), () -> memory.remove(key));
      return found.<Lookup>map(Lookup.Found::new).orElse(new Lookup.Absent());
    } catch (ValkeyUnavailable down) {
      return memory.find(key).<Lookup>map(Lookup.Found::new).orElse(new Lookup.Unknown());
    }
  }

  private static void tryToKeep(Store store, CacheKey key, Kept kept) {
    try {
      store.keep(key, kept);
    } catch (ValkeyUnavailable down) {
      // counted and logged where it happened; memory has the value
      return;
    }
  }
}

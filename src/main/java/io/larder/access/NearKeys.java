package io.larder.access;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.larder.valkey.ValkeyUnavailable;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Keys as this node has last seen them, so that the store is asked about each at most once in
 * {@link #FRESH} or so, and a removed one is refused on all nodes within a second.
 *
 * <p>While the store is out of reach, a key that was good in the {@link #LATELY} before stays good.
 * To refuse it would turn an outage of Valkey into one of everything, though answers can be had
 * without; and whoever has just used it is not likely to have lost it since. A key that this node
 * has not seen lately is neither let in nor refused. The price: a key that was removed just before
 * the outage, and was not presented to this node between, is good here until the store is back, for
 * {@link #OUTAGE_MAX} at most.
 */
final class NearKeys {
  /** Less than a second, with time to spare for a request that has just passed. */
  static final Duration FRESH = Duration.ofMillis(900);

  static final Duration LATELY = Duration.ofMinutes(10);
  static final Duration OUTAGE_MAX = Duration.ofDays(1);

  /** Of keys that are there, and again of those that are not: a flood of these leaves the rest. */
  static final int KEYS_MAX = 10_000;

  /** In the place of a hash, and none. */
  private static final String NOBODYS = "nobody";

  private final KeyStore store;
  private final LongSupplier nanos;
  private final Cache<String, Seen> known;
  private final Cache<String, Long> unknown;

  /** When the store was first missed since it last answered; empty = it answers. */
  private volatile Optional<Long> missed = Optional.empty();

  /**
   * A key, and when the store was asked for it.
   *
   * @param at nanoseconds of the clock, before it was asked
   */
  private record Seen(ApiKey key, long at) {}

  /** What is known of a key. */
  sealed interface Found {
    /** There is one. */
    record There(ApiKey key) implements Found {}

    /** There is none. */
    record Nothing() implements Found {}

    /** The store is out of reach, and the key was not seen lately. */
    record Unsure() implements Found {}
  }

  NearKeys(KeyStore store, LongSupplier nanos) {
    this.store = store;
    this.nanos = nanos;
    this.known =
        Caffeine.newBuilder()
            .maximumSize(KEYS_MAX)
            .expireAfterWrite(OUTAGE_MAX)
            .ticker(nanos::getAsLong)
            .build();
    this.unknown =
        Caffeine.newBuilder()
            .maximumSize(KEYS_MAX)
            .expireAfterWrite(FRESH)
            .ticker(nanos::getAsLong)
            .build();
  }

  Found find(String hash) {
    long now = nanos.getAsLong();
    if (unknown.getIfPresent(hash) != null) {
      return new Found.Nothing();
    }
    var seen = Optional.ofNullable(known.getIfPresent(hash));
    if (seen.isPresent() && now - seen.get().at() < FRESH.toNanos()) {
      return new Found.There(seen.get().key());
    }
    try {
      var found = store.find(hash);
      missed = Optional.empty();
      return remember(hash, found, now);
    } catch (ValkeyUnavailable down) {
      return unsure(seen, now);
    }
  }

  /** Whether the store answers now. */
  boolean isAnswering() {
    try {
      var unused = store.find(NOBODYS);
      return true;
    } catch (ValkeyUnavailable down) {
      return false;
    }
  }

  private Found remember(String hash, Optional<ApiKey> found, long now) {
    if (found.isEmpty()) {
      known.invalidate(hash);
      unknown.put(hash, now);
      return new Found.Nothing();
    }
    known.put(hash, new Seen(found.get(), now));
    if (unknown.getIfPresent(hash) != null) {
      known.invalidate(hash);
      return new Found.Nothing();
    }
    return new Found.There(found.get());
  }

  private Found unsure(Optional<Seen> seen, long now) {
    var first = missed.or(() -> Optional.of(now));
    missed = first;
    long since = first.orElse(now);
    return seen.filter(one -> since - one.at() <= LATELY.toNanos())
        .<Found>map(one -> new Found.There(one.key()))
        .orElseGet(Found.Unsure::new);
  }

  /** This node has removed the key: a look that has begun before does not bring it back. */
  void removed(String hash) {
    unknown.put(hash, nanos.getAsLong());
    known.invalidate(hash);
  }

  /** Asks the store again next time: this node has changed something about the key. */
  void forget(String hash) {
    known.invalidate(hash);
    unknown.invalidate(hash);
  }
}

package io.larder.access;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.larder.valkey.ValkeyUnavailable;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * What lets somebody in, keys or sign-ins, as this node has last seen it, so that the store is
 * asked about each at most once in {@link #FRESH} or so, and a removed one is refused on all nodes
 * within a second.
 *
 * <p>While the store is out of reach, a key that was good in the {@link #LATELY} before stays good.
 * To refuse it would turn an outage of Valkey into one of everything, though answers can be had
 * without; and whoever has just used it is not likely to have lost it since. A key that this node
 * has not seen lately is neither let in nor refused. The price: a key that was removed just before
 * the outage, and was not presented to this node between, is good here until the store is back, for
 * {@link #OUTAGE_MAX} at most.
 *
 * @param <V> what is known of one
 */
final class Near<V> {
  /** Less than a second, with time to spare for a request that has just passed. */
  static final Duration FRESH = Duration.ofMillis(900);

  static final Duration LATELY = Duration.ofMinutes(10);
  static final Duration OUTAGE_MAX = Duration.ofDays(1);

  /** Of names that are there, and again of those that are not: a flood of these leaves the rest. */
  static final int NAMES_MAX = 10_000;

  /** In the place of a name, and none. */
  private static final String NOBODYS = "nobody";

  private final Function<String, Optional<V>> store;
  private final LongSupplier nanos;
  private final Cache<String, Seen<V>> known;
  private final Cache<String, Long> unknown;

  /** When the store was first missed since it last answered; empty = it answers. */
  private volatile Optional<Long> missed = Optional.empty();

  /**
   * What was seen, and when the store was asked for it.
   *
   * @param at nanoseconds of the clock, before it was asked
   */
  private record Seen<V>(V value, long at) {}

  /**
   * What is known of a name.
   *
   * @param <V> what stands under it
   */
  sealed interface Found<V> {
    /** It is there. */
    record There<V>(V value) implements Found<V> {}

    /** There is none. */
    record Nothing<V>() implements Found<V> {}

    /** The store is out of reach, and it was not seen lately. */
    record Unsure<V>() implements Found<V> {}
  }

  /**
   * Near copies.
   *
   * @param store what it has under a name
   */
  Near(Function<String, Optional<V>> store, LongSupplier nanos) {
    this.store = store;
    this.nanos = nanos;
    this.known =
        Caffeine.newBuilder()
            .maximumSize(NAMES_MAX)
            .expireAfterWrite(OUTAGE_MAX)
            .ticker(nanos::getAsLong)
            .build();
    this.unknown =
        Caffeine.newBuilder()
            .maximumSize(NAMES_MAX)
            .expireAfterWrite(FRESH)
            .ticker(nanos::getAsLong)
            .build();
  }

  Found<V> find(String name) {
    long now = nanos.getAsLong();
    if (unknown.getIfPresent(name) != null) {
      return new Found.Nothing<>();
    }
    var seen = Optional.ofNullable(known.getIfPresent(name));
    if (seen.isPresent() && now - seen.get().at() < FRESH.toNanos()) {
      return new Found.There<>(seen.get().value());
    }
    try {
      var found = store.apply(name);
      missed = Optional.empty();
      return remember(name, found, now);
    } catch (ValkeyUnavailable down) {
      return unsure(seen, now);
    }
  }

  /** Whether the store answers now. */
  boolean isAnswering() {
    try {
      var unused = store.apply(NOBODYS);
      return true;
    } catch (ValkeyUnavailable down) {
      return false;
    }
  }

  private Found<V> remember(String name, Optional<V> found, long now) {
    if (found.isEmpty()) {
      known.invalidate(name);
      unknown.put(name, now);
      return new Found.Nothing<>();
    }
    var latest = known.asMap().merge(name, new Seen<>(found.get(), now), Near::later);
    if (unknown.getIfPresent(name) != null) {
      known.invalidate(name);
      return new Found.Nothing<>();
    }
    return new Found.There<>(latest.value());
  }

  /** What is known already, unless the look at the store began later. */
  private static <V> Seen<V> later(Seen<V> known, Seen<V> looked) {
    return looked.at() - known.at() > 0 ? looked : known;
  }

  private Found<V> unsure(Optional<Seen<V>> seen, long now) {
    var first = missed.or(() -> Optional.of(now));
    missed = first;
    long since = first.orElse(now);
    return seen.filter(one -> since - one.at() <= LATELY.toNanos())
        .<Found<V>>map(one -> new Found.There<>(one.value()))
        .orElseGet(Found.Unsure::new);
  }

  /** This node has removed it: a look that has begun before does not bring it back. */
  void removed(String name) {
    unknown.put(name, nanos.getAsLong());
    known.invalidate(name);
  }

  /** This node has put another in its place: a look that has begun before does not undo that. */
  void replaced(String name, V value) {
    known.put(name, new Seen<>(value, nanos.getAsLong()));
  }
}

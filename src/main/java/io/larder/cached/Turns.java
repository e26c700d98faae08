package io.larder.cached;

import io.larder.cache.Cache;
import io.larder.cache.Key;
import io.larder.cache.Lookup;
import io.larder.valkey.ValkeyUnavailable;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * Who of all nodes calls a method. A claim is about what stands at the key: once that has changed,
 * by an invalidation or a failure, there is a new one to be had and nobody waits for the old.
 *
 * <p>Storage: {@code SET larder:1:lead:{name@version} 1 PX time NX}, by {@link Cache#claim}.
 */
final class Turns {
  /** How long one node has the right to make a value. */
  static final Duration TIME_MAX = Duration.ofSeconds(10);

  private static final Duration PAUSE_MIN = Duration.ofMillis(5);
  private static final Duration PAUSE_MAX = Duration.ofMillis(50);

  private final Cache cache;
  private final Consumer<Duration> pause;
  private final LongSupplier nanoTime;

  Turns(Cache cache, Consumer<Duration> pause, LongSupplier nanoTime) {
    this.cache = cache;
    this.pause = pause;
    this.nanoTime = nanoTime;
  }

  /**
   * Waits until another node has made the value, or it is this node's turn.
   *
   * @param first what was found
   * @param time not longer than the value will live, so that no claim outlives its value
   * @param readable whether what was found can be used
   * @return what was found last
   */
  Lookup await(Key key, Lookup first, Duration time, Predicate<Lookup> readable) {
    long end = nanoTime.getAsLong() + time.toNanos();
    var wait = PAUSE_MIN;
    var lookup = first;
    while (!(lookup instanceof Lookup.Unknown)
        && !cache.claim(claim(key, lookup), time)
        && nanoTime.getAsLong() - end < 0
        && !Thread.currentThread().isInterrupted()) {
      pause.accept(wait);
      wait = wait.multipliedBy(2).compareTo(PAUSE_MAX) < 0 ? wait.multipliedBy(2) : PAUSE_MAX;
      lookup = cache.find(key);
      if (readable.test(lookup)) {
        return lookup;
      }
    }
    return lookup;
  }

  /** Lets others have their turn: this node had the right and has made nothing of it. */
  void pass(Key key) {
    try {
      if (!(cache.find(key) instanceof Lookup.Found)) {
        cache.remove(key);
      }
    } catch (ValkeyUnavailable down) {
      // nobody waits for long while Valkey is out of reach
    }
  }

  private static Key claim(Key key, Lookup lookup) {
    long version =
        switch (lookup) {
          case Lookup.Absent(long there) -> there;
          case Lookup.Found(var kept) -> kept.storedAt().toEpochMilli();
          case Lookup.Stale(var kept) -> kept.storedAt().toEpochMilli();
          case Lookup.Unknown unknown -> 0;
        };
    return new Key(key.type(), key.name() + "@" + version);
  }
}

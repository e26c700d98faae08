package io.larder.cache;

import io.larder.valkey.ValkeyUnavailable;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * A place for values. What outlived its time, stale times included, is never found; what was kept
 * may be gone earlier.
 *
 * <p>A store that is shared may be out of reach, which every method then says with {@link
 * ValkeyUnavailable}.
 */
interface Store {
  /** Matches no version: what stands there is replaced in any case. */
  long ANY = -1;

  /** Long enough for whatever is being made when a value is removed. */
  Duration TOMBSTONE = Duration.ofHours(1);

  /** What is at a key. */
  sealed interface At {
    /** A value, or a tombstone. */
    record There(Kept kept) implements At {}

    /** Nothing to be used. The version is 0, or that of a value that cannot be read. */
    record Nothing(long version) implements At {}
  }

  /** What is at that key. */
  At find(Key key);

  /**
   * Keeps a value if what stood there still does. What is gone was removed, as far as can be known.
   *
   * @param version of what stood there; 0 = nothing, {@link #ANY} = no matter
   * @return whether it is kept
   */
  boolean keep(Key key, Kept kept, long version);

  /** Removes a value and keeps what is being made meanwhile from taking its place. */
  void remove(Key key);

  /** Claims the right to do something for a key, for a time; false = somebody has it. */
  boolean claim(Key key, Duration time);

  /**
   * Looks through some of the values, dead ones included.
   *
   * @param cursor empty to begin, else the page's before
   * @param count about how many to look at
   */
  Some some(String cursor, int count);

  /**
   * Removes the values whose names match a glob, some at a time, and keeps what is being made in
   * their place meanwhile from coming back.
   */
  Removed removeSome(String glob, String cursor, int count);

  /**
   * Some values, without their bytes.
   *
   * @param sizes bytes of each where it is stored
   * @param next the cursor for the next ones; empty = these were the last
   */
  record Some(Map<String, Kept> values, Map<String, Long> sizes, String next) {}

  /**
   * How far a removal has come.
   *
   * @param removed values, tombstones not being any
   * @param next the cursor to go on with; empty = it is done
   */
  record Removed(int removed, String next) {}

  /** The value at a key, tombstones not being one. */
  default Optional<Kept> value(Key key) {
    return find(key) instanceof At.There(Kept kept) && !kept.isTombstone()
        ? Optional.of(kept)
        : Optional.empty();
  }
}

package io.larder.jcache;

import io.larder.jcache.Change.Condition;
import io.larder.jcache.Change.Outcome;
import java.util.Arrays;
import javax.cache.CacheException;

/**
 * Writes values. A policy of JCache may only be asked for what happens, so with one it is looked
 * first whether the entry is there, and all over if that changes meanwhile; sessions are written at
 * once.
 *
 * @param <V> type of values
 */
final class Pen<V> {
  /** Attempts while others change the same entry. */
  private static final int ATTEMPTS_MAX = 1_000;

  private final Form<V> values;
  private final Lives<V> lives;
  private final Entries entries;

  Pen(Form<V> values, Lives<V> lives, Entries entries) {
    this.values = values;
    this.lives = lives;
    this.entries = entries;
  }

  Outcome set(Place place, Condition condition, V value) {
    var bytes = bytes(value);
    if (!lives.asks()) {
      return entries.change(
          place, Change.set(condition, bytes, lives.created(value), lives.updated(value)));
    }
    for (int i = 0; i < ATTEMPTS_MAX; i++) {
      var before = entries.get(place);
      if (condition == (before == null ? Condition.PRESENT : Condition.ABSENT)) {
        return new Outcome(false, before);
      }
      var outcome =
          entries.change(
              place,
              before == null
                  ? Change.set(Condition.ABSENT, bytes, lives.created(value), Change.LEAVE)
                  : Change.replace(before, bytes, lives.updated(value)));
      // not made and not there: its life is nothing
      if (outcome.done() || (before == null && outcome.before() == null)) {
        return outcome;
      }
    }
    throw new CacheException("others changed the entry " + ATTEMPTS_MAX + " times");
  }

  Outcome replace(Place place, V expected, V value) {
    var old = bytes(expected);
    var bytes = bytes(value);
    if (lives.asks()) {
      var before = entries.get(place);
      if (!Arrays.equals(before, old)) {
        return new Outcome(false, before);
      }
    }
    var change = Change.replace(old, bytes, lives.updated(value));
    return entries.change(place, lives.isAccess(expected, value) ? change.asAccess() : change);
  }

  /** A value that cannot be written spoils what its request has written before. */
  private byte[] bytes(V value) {
    try {
      return values.write(value);
    } catch (RuntimeException wrong) {
      entries.abandon();
      throw wrong;
    }
  }
}

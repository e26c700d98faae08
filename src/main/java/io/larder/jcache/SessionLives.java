package io.larder.jcache;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Sessions live for their longest idle time and some slack, which leaves the server time to tell
 * listeners of those that it finds expired. What the server keeps of a session is a list: when it
 * was made, when it was used last, how many seconds it may be idle, and more.
 *
 * @param <V> type of such lists
 */
final class SessionLives<V> implements Lives<V> {
  private static final int USED = 1;
  private static final int IDLE_SECONDS = 2;

  /** Longer than it takes until what is written is seen: until then others note their own times. */
  private static final Duration AHEAD = Duration.ofSeconds(1);

  private final Duration idle;
  private final Duration slack;
  private final InstantSource clock;

  /**
   * Lives of sessions.
   *
   * @param idle for sessions that never expire by themselves
   */
  SessionLives(Duration idle, Duration slack, InstantSource clock) {
    this.idle = idle;
    this.slack = slack;
    this.clock = clock;
  }

  @Override
  public boolean asks() {
    return false;
  }

  @Override
  public void close() {}

  @Override
  public long created(V value) {
    return updated(value);
  }

  @Override
  public long updated(V value) {
    return value instanceof List<?> facts
            && facts.size() > IDLE_SECONDS
            && facts.get(IDLE_SECONDS) instanceof Integer seconds
            && seconds >= 0
        ? TimeUnit.SECONDS.toMillis(seconds) + slack.toMillis()
        : idle.toMillis();
  }

  @Override
  public long accessed() {
    return Change.LEAVE;
  }

  /** Only another time: what changes more is no mere note. */
  @Override
  public boolean isAccess(V before, V after) {
    return !used(before).equals(used(after))
        && before instanceof List<?> facts
        && after instanceof List<?> others
        && unused(facts).equals(unused(others));
  }

  private static List<Object> unused(List<?> facts) {
    var rest = new ArrayList<Object>(facts);
    rest.remove(USED);
    return rest;
  }

  /** When a session was used last, as the server writes it when a request begins. */
  static Object used(Object session) {
    return session instanceof List<?> facts && facts.size() > USED ? facts.get(USED) : session;
  }

  /** With a time to come, which no server notes, and another one than it has. */
  @Override
  @SuppressWarnings("unchecked")
  public V stamped(V value) {
    if (used(value) instanceof Long used && value instanceof List<?> facts) {
      var stamped = new ArrayList<Object>(facts);
      stamped.set(USED, Math.max(used + 1, clock.millis() + AHEAD.toMillis()));
      return (V) stamped;
    }
    return value;
  }
}

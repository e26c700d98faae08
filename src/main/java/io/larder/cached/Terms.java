package io.larder.cached;

import java.lang.reflect.Method;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/**
 * What a {@link Cached} or {@link CachePut} says, read once.
 *
 * @param ttl 1 s to 366 days
 * @param emptyTtl the same for null and an empty Optional; empty = they are not kept
 * @param acrossNodes whether one load is for all nodes
 * @param form what the method returns
 */
record Terms(
    Naming naming, Duration ttl, Optional<Duration> emptyTtl, boolean acrossNodes, Form form) {
  static final Duration TTL_MIN = Duration.ofSeconds(1);
  static final Duration TTL_MAX = Duration.ofDays(366);

  /**
   * The terms of a method with that annotation.
   *
   * @throws IllegalArgumentException saying what is wrong with them
   */
  static Terms of(Cached cached, Method method) {
    return new Terms(
        Naming.of(cached.type(), cached.scope(), cached.tags(), method),
        time("ttl", cached.ttl()),
        empty(cached.emptyTtl()),
        cached.acrossNodes(),
        Form.of(method));
  }

  /**
   * The terms of a method with that annotation.
   *
   * @throws IllegalArgumentException saying what is wrong with them
   */
  static Terms of(CachePut put, Method method) {
    return new Terms(
        Naming.of(put.type(), put.scope(), put.tags(), method),
        time("ttl", put.ttl()),
        empty(put.emptyTtl()),
        false,
        Form.of(method));
  }

  /** An empty time is none. */
  static Optional<Duration> empty(String emptyTtl) {
    return emptyTtl.isEmpty() ? Optional.empty() : Optional.of(time("emptyTtl", emptyTtl));
  }

  /** A time to live. */
  static Duration time(String name, String text) {
    try {
      var time = Duration.parse(text);
      if (time.compareTo(TTL_MIN) >= 0 && time.compareTo(TTL_MAX) <= 0) {
        return time;
      }
    } catch (DateTimeParseException malformed) {
      // told below
    }
    throw new IllegalArgumentException(
        name + " must be an ISO-8601 duration from PT1S to P366D, was \"" + text + "\"");
  }
}

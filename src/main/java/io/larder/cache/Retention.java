package io.larder.cache;

import java.time.Duration;

/**
 * For how long a value is kept (RFC 9111 and, for what is stale, RFC 5861).
 *
 * @param ttl how long it is fresh, above zero
 * @param whileRevalidate how much longer it may be served while somebody gets a fresh one
 * @param ifError how much longer it may be served when a fresh one cannot be had
 */
public record Retention(Duration ttl, Duration whileRevalidate, Duration ifError) {
  public Retention {
    if (!ttl.isPositive() || whileRevalidate.isNegative() || ifError.isNegative()) {
      throw new IllegalArgumentException(
          "ttl must be above zero and stale times not negative, were "
              + (ttl + ", " + whileRevalidate + ", " + ifError));
    }
  }

  /** Kept for that time, and never served stale. */
  public static Retention of(Duration ttl) {
    return new Retention(ttl, Duration.ZERO, Duration.ZERO);
  }

  /** From being stored to being of no use at all. */
  Duration total() {
    return ttl.plus(whileRevalidate.compareTo(ifError) > 0 ? whileRevalidate : ifError);
  }

  /** The same with another time to live. */
  Retention withTtl(Duration other) {
    return new Retention(other, whileRevalidate, ifError);
  }
}

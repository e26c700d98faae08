package io.larder.cache;

import java.time.Duration;
import java.time.Instant;

/**
 * A kept value: the bytes, since when and for how long they are good, and when that was checked.
 */
public final class Kept {
  private final byte[] value;
  private final Instant storedAt;
  private final Duration ttl;
  private final Instant confirmedAt;

  /**
   * A value.
   *
   * @param value kept, not copied
   * @param ttl time to live from {@code storedAt} on
   * @param confirmedAt when this node last wrote it to, or read it from, the store that nodes share
   */
  Kept(byte[] value, Instant storedAt, Duration ttl, Instant confirmedAt) {
    this.value = value;
    this.storedAt = storedAt;
    this.ttl = ttl;
    this.confirmedAt = confirmedAt;
  }

  /** The bytes; not to be changed. */
  public byte[] value() {
    return value;
  }

  /** When the value was stored. */
  public Instant storedAt() {
    return storedAt;
  }

  /** How long it may be used from then on. */
  public Duration ttl() {
    return ttl;
  }

  /** How old it is, never negative: clocks of nodes may differ. */
  public Duration age(Instant now) {
    var age = Duration.between(storedAt, now);
    return age.isNegative() ? Duration.ZERO : age;
  }

  /** How much longer it may be used; zero or less = not at all. */
  public Duration left(Instant now) {
    return ttl.minus(age(now));
  }

  Instant confirmedAt() {
    return confirmedAt;
  }
}

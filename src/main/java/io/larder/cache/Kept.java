package io.larder.cache;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** A kept value: the bytes, since when and for how long they are good, and what they go by. */
public final class Kept {
  private static final byte[] NOTHING = new byte[0];

  private final byte[] value;
  private final Instant storedAt;
  private final Retention retention;
  private final long version;
  private final List<Stamp> stamps;
  private final boolean tombstone;

  /**
   * A value.
   *
   * @param value kept, not copied
   * @param retention from {@code storedAt} on
   * @param version random, so that another value of the key has another one; not 0
   * @param stamps the labels and their generations
   */
  Kept(byte[] value, Instant storedAt, Retention retention, long version, List<Stamp> stamps) {
    this(value, storedAt, retention, version, stamps, false);
  }

  private Kept(
      byte[] value,
      Instant storedAt,
      Retention retention,
      long version,
      List<Stamp> stamps,
      boolean tombstone) {
    this.value = value;
    this.storedAt = storedAt;
    this.retention = retention;
    this.version = version;
    this.stamps = List.copyOf(stamps);
    this.tombstone = tombstone;
  }

  /** Says that there was a value, so that one that was being made meanwhile is not kept. */
  static Kept tombstone(Instant now, Duration lasting, long version) {
    return new Kept(NOTHING, now, Retention.of(lasting), version, List.of(), true);
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
  public Retention retention() {
    return retention;
  }

  /** How old it is, never negative: clocks of nodes may differ. */
  public Duration age(Instant now) {
    var age = Duration.between(storedAt, now);
    return age.isNegative() ? Duration.ZERO : age;
  }

  /** How much longer it is fresh; zero or less = it is stale. */
  public Duration left(Instant now) {
    return retention.ttl().minus(age(now));
  }

  /** Whether it may be served while somebody gets a fresh one. */
  public boolean servesWhileRevalidating(Instant now) {
    return left(now).plus(retention.whileRevalidate()).isPositive();
  }

  /** Whether it may be served because a fresh one cannot be had. */
  public boolean servesOnError(Instant now) {
    return left(now).plus(retention.ifError()).isPositive();
  }

  /** The labels it is filed under. */
  public List<Label> labels() {
    return stamps.stream().map(Stamp::label).toList();
  }

  List<Stamp> stamps() {
    return stamps;
  }

  /** Unlike that of any other value that stands or stood under its key. */
  public long version() {
    return version;
  }

  boolean isTombstone() {
    return tombstone;
  }

  /** How long a store holds it from now on; zero or less = not at all. */
  Duration heldFor(Instant now) {
    return retention.total().minus(age(now));
  }
}

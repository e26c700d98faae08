package io.larder.live;

/**
 * One event of an answer in flight: a frame of a stream, or the whole body of a JSON answer.
 *
 * @see EventLog
 */
public final class Part {
  private final byte[] bytes;
  private final int millis;
  private final int cutFrom;
  private final int cutTo;

  /**
   * A part.
   *
   * @param bytes as they came; kept, not copied
   * @param millis when they came, since the provider was asked
   * @param cutFrom the first of the bytes that not every client sees
   * @param cutTo the last of them + 1; equal to {@code cutFrom} = everybody sees all
   */
  public Part(byte[] bytes, int millis, int cutFrom, int cutTo) {
    this.bytes = bytes;
    this.millis = millis;
    this.cutFrom = cutFrom;
    this.cutTo = cutTo;
  }

  /** The bytes; not to be changed. */
  public byte[] bytes() {
    return bytes;
  }

  /** When they came, in milliseconds since the provider was asked. */
  public int millis() {
    return millis;
  }

  /** The first of the bytes that not every client sees. */
  public int cutFrom() {
    return cutFrom;
  }

  /** The last of them + 1. */
  public int cutTo() {
    return cutTo;
  }
}

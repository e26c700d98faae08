package io.larder.valkey;

/** The first bytes of a value, and how long the whole is. */
public final class Beginning {
  private final byte[] bytes;
  private final long length;

  Beginning(byte[] bytes, long length) {
    this.bytes = bytes;
    this.length = length;
  }

  /** The first bytes; not to be changed. */
  public byte[] bytes() {
    return bytes;
  }

  /** Bytes of the whole value. */
  public long length() {
    return length;
  }
}

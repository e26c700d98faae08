package io.larder.inference;

import java.io.ByteArrayOutputStream;

/** Whole numbers of 0 or more, seven bits a byte, the lowest first; the last byte is below 128. */
final class Varints {
  private final byte[] bytes;
  private int at;

  /** Reads from a place on. */
  Varints(byte[] bytes, int at) {
    this.bytes = bytes;
    this.at = at;
  }

  int next() {
    int value = 0;
    for (int shift = 0; ; shift += 7) {
      byte b = bytes[at++];
      value |= (b & 0x7F) << shift;
      if (b >= 0) {
        return value;
      }
    }
  }

  static void write(ByteArrayOutputStream out, int value) {
    int rest = value;
    while (rest > 0x7F) {
      out.write((rest & 0x7F) | 0x80);
      rest >>>= 7;
    }
    out.write(rest);
  }
}

package io.larder.cache;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * Makes values smaller: DEFLATE at its fastest (RFC 1951), as the JDK has it. On recorded answers
 * it came as small as zstd, and reads faster; figures in docs/internals/performance.md.
 *
 * <p>Compressed bytes are preceded by the length of what they hold (4 bytes).
 */
final class Compression {
  private Compression() {}

  /** The compressed bytes, unless they are no fewer. */
  static Optional<byte[]> compress(byte[] plain) {
    if (plain.length <= Integer.BYTES) {
      return Optional.empty();
    }
    var deflater = new Deflater(Deflater.BEST_SPEED, true);
    try {
      deflater.setInput(plain);
      deflater.finish();
      var out = new byte[plain.length];
      int length = deflater.deflate(out, Integer.BYTES, out.length - Integer.BYTES);
      if (!deflater.finished()) {
        return Optional.empty();
      }
      ByteBuffer.wrap(out).putInt(plain.length);
      return Optional.of(Arrays.copyOf(out, Integer.BYTES + length));
    } finally {
      deflater.end();
    }
  }

  /**
   * What compressed bytes hold, unless they are damaged or pretend to hold too much.
   *
   * @param bytesMax what they may hold
   */
  static Optional<byte[]> decompress(byte[] compressed, int bytesMax) {
    if (compressed.length < Integer.BYTES) {
      return Optional.empty();
    }
    int length = ByteBuffer.wrap(compressed).getInt();
    if (length < 0 || length > bytesMax) {
      return Optional.empty();
    }
    var inflater = new Inflater(true);
    try {
      inflater.setInput(compressed, Integer.BYTES, compressed.length - Integer.BYTES);
      var plain = new byte[length];
      boolean whole = inflater.inflate(plain) == length;
      return whole ? Optional.of(plain) : Optional.empty();
    } catch (DataFormatException damaged) {
      return Optional.empty();
    } finally {
      inflater.end();
    }
  }
}

package io.larder.cache;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
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
  /** As many as may be at work at once without making new ones; each holds some 40 KiB. */
  private static final int SPARE_MAX = 32;

  // making one takes longer than inflating a typical answer
  private static final BlockingQueue<Inflater> INFLATERS = new ArrayBlockingQueue<>(SPARE_MAX);
  private static final BlockingQueue<Deflater> DEFLATERS = new ArrayBlockingQueue<>(SPARE_MAX);

  private Compression() {}

  /** The compressed bytes, unless they are no fewer. */
  static Optional<byte[]> compress(byte[] plain) {
    if (plain.length <= Integer.BYTES) {
      return Optional.empty();
    }
    var spare = DEFLATERS.poll();
    var deflater = spare == null ? new Deflater(Deflater.BEST_SPEED, true) : spare;
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
      deflater.reset();
      if (!DEFLATERS.offer(deflater)) {
        deflater.end();
      }
    }
  }

  /**
   * What compressed bytes hold, unless they are damaged or pretend to hold too much.
   *
   * @param compressed where they are: from the buffer's position to its limit
   * @param bytesMax what they may hold
   */
  static Optional<byte[]> decompress(ByteBuffer compressed, int bytesMax) {
    if (compressed.remaining() < Integer.BYTES) {
      return Optional.empty();
    }
    int length = compressed.getInt();
    if (length < 0 || length > bytesMax) {
      return Optional.empty();
    }
    var spare = INFLATERS.poll();
    var inflater = spare == null ? new Inflater(true) : spare;
    try {
      inflater.setInput(compressed);
      var plain = new byte[length];
      boolean whole = inflater.inflate(plain) == length;
      return whole ? Optional.of(plain) : Optional.empty();
    } catch (DataFormatException damaged) {
      return Optional.empty();
    } finally {
      inflater.reset();
      if (!INFLATERS.offer(inflater)) {
        inflater.end();
      }
    }
  }
}

package io.larder.provider;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/** Pieces of a body, each some time after the one before. */
final class PacedBody extends InputStream {
  private final List<String> pieces;
  private final Duration wait;
  private int next;
  private byte[] piece = new byte[0];
  private int position;

  PacedBody(List<String> pieces, Duration wait) {
    this.pieces = pieces;
    this.wait = wait;
  }

  @Override
  public int read() throws IOException {
    var one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (position == piece.length) {
      if (next == pieces.size()) {
        return -1;
      }
      pause();
      piece = pieces.get(next++).getBytes(StandardCharsets.UTF_8);
      position = 0;
    }
    int count = Math.min(length, piece.length - position);
    System.arraycopy(piece, position, into, offset, count);
    position += count;
    return count;
  }

  private void pause() throws InterruptedIOException {
    try {
      Thread.sleep(wait);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("stopped while the demo provider was answering");
    }
  }
}

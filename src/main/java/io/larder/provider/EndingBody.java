package io.larder.provider;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A body that says when nothing more comes of it; maybe more than once. */
final class EndingBody extends FilterInputStream {
  private final Runnable ended;

  EndingBody(InputStream body, Runnable ended) {
    super(body);
    this.ended = ended;
  }

  @Override
  public int read() throws IOException {
    var one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    int count;
    try {
      count = in.read(into, offset, length);
    } catch (IOException broken) {
      ended.run();
      throw broken;
    }
    if (count < 0) {
      ended.run();
    }
    return count;
  }

  @Override
  public void close() throws IOException {
    try {
      in.close();
    } finally {
      ended.run();
    }
  }
}

package io.larder.wire;

import io.larder.sse.SseFrame;
import java.util.Arrays;

/**
 * The bytes of a frame that are left out for a client that did not ask for usage.
 *
 * @param from the first of them
 * @param to the last + 1; equal to {@code from} = none
 */
public record Cut(int from, int to) {
  /** Leaves nothing out. */
  public static final Cut NONE = new Cut(0, 0);

  public Cut {
    if (from < 0 || to < from) {
      throw new IllegalArgumentException(
          "a cut goes from 0 or more forward, was " + from + ".." + to);
    }
  }

  /** Leaves everything out. */
  static Cut all(SseFrame frame) {
    return new Cut(0, frame.bytes().length);
  }

  /** What is left of those bytes; themselves if nothing is cut. */
  public byte[] of(byte[] bytes) {
    if (from == to) {
      return bytes;
    }
    var rest = Arrays.copyOf(bytes, bytes.length - (to - from));
    System.arraycopy(bytes, to, rest, from, bytes.length - to);
    return rest;
  }
}

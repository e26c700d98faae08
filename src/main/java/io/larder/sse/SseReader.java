package io.larder.sse;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Cuts an event stream into frames at its blank lines, whatever the line ends (LF, CRLF, CR) and
 * however the bytes arrive. The frames put together are the stream, byte for byte.
 *
 * @see <a href="https://html.spec.whatwg.org/multipage/server-sent-events.html">WHATWG HTML,
 *     server-sent events</a>
 */
public final class SseReader {
  private static final int READ_BYTES = 4 * 1024;

  private final InputStream in;
  private final int frameBytesMax;
  private byte[] buffer = new byte[READ_BYTES];
  private int filled;
  private int scanned;
  private boolean lineIsEmpty = true;
  private boolean afterCarriageReturn;

  /** Whether the last line that ended with a return had a line feed after it. */
  private boolean returnsHaveLineFeeds;

  /** Whether a frame is complete but for the line feed of its last return. */
  private boolean awaitsLineFeed;

  private boolean ended;

  /** A frame is larger than this reader takes. */
  public static final class FrameTooLarge extends IOException {
    private static final long serialVersionUID = 1L;

    FrameTooLarge(int bytesMax) {
      super("an event is larger than " + bytesMax + " bytes");
    }
  }

  /**
   * A reader of one stream.
   *
   * @param frameBytesMax largest frame taken; also bounds what this reader holds in memory
   */
  public SseReader(InputStream in, int frameBytesMax) {
    this.in = in;
    this.frameBytesMax = frameBytesMax;
  }

  /**
   * Waits for at least one frame and returns all that are complete without waiting more. What a
   * stream leaves unfinished at its end is its last frame.
   *
   * @return empty at the end of the stream
   * @throws FrameTooLarge if a frame exceeds the bound
   */
  public List<SseFrame> next() throws IOException {
    var frames = new ArrayList<SseFrame>();
    while (frames.isEmpty() && !ended) {
      fill();
      int frameStart = 0;
      while (scanned < filled) {
        boolean complete = awaitsLineFeed || endsFrame(buffer[scanned++]);
        awaitsLineFeed = complete && !awaitsLineFeed && isLineFeedToCome();
        if (complete && !awaitsLineFeed) {
          scanned += isLineFeedOfLastReturn() ? 1 : 0;
          frames.add(new SseFrame(Arrays.copyOfRange(buffer, frameStart, scanned)));
          frameStart = scanned;
          lineIsEmpty = true;
        }
      }
      drop(frameStart);
      if (ended && filled > 0) {
        frames.add(new SseFrame(Arrays.copyOf(buffer, filled)));
        drop(filled);
      }
    }
    return frames;
  }

  private void fill() throws IOException {
    if (filled == buffer.length) {
      if (filled >= frameBytesMax) {
        throw new FrameTooLarge(frameBytesMax);
      }
      buffer =
          Arrays.copyOf(buffer, Math.min(2 * buffer.length, Math.max(frameBytesMax, filled + 1)));
    }
    int read = in.read(buffer, filled, buffer.length - filled);
    if (read < 0) {
      ended = true;
    } else {
      filled += read;
    }
  }

  /**
   * Whether this byte completes a blank line. A line feed after a return belongs to that return.
   */
  private boolean endsFrame(byte b) {
    boolean completesReturn = b == '\n' && afterCarriageReturn;
    if (afterCarriageReturn) {
      returnsHaveLineFeeds = completesReturn;
    }
    afterCarriageReturn = b == '\r';
    if (completesReturn) {
      return false;
    }
    boolean endsLine = b == '\n' || b == '\r';
    boolean blank = endsLine && lineIsEmpty;
    lineIsEmpty = endsLine;
    return blank;
  }

  /** A return whose line feed has not arrived yet, in a stream where each has one. */
  private boolean isLineFeedToCome() {
    return afterCarriageReturn && returnsHaveLineFeeds && scanned == filled;
  }

  /** A blank line ended by a return takes its line feed along if that is here already. */
  private boolean isLineFeedOfLastReturn() {
    boolean follows = afterCarriageReturn && scanned < filled && buffer[scanned] == '\n';
    if (follows) {
      afterCarriageReturn = false;
    }
    return follows;
  }

  private void drop(int bytes) {
    System.arraycopy(buffer, bytes, buffer, 0, filled - bytes);
    filled -= bytes;
    scanned = filled;
    if (filled == 0 && buffer.length > READ_BYTES) {
      buffer = new byte[READ_BYTES];
    }
  }
}

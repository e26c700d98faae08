package io.larder.inference;

import io.larder.live.Part;
import io.larder.sse.SseFrame;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A stream as one client sees it: with or without usage, from some event on, with numbers or not.
 * Turns parts into bytes, in order; to be used for one stream.
 *
 * <p>What is numbered is each event that the client sees, from 1; comments are none.
 */
final class View {
  private static final byte[] COMMENT = {':', '\n', '\n'};

  private final boolean showsUsage;
  private final boolean numbered;
  private final long after;
  private long number;

  private View(boolean showsUsage, boolean numbered, long after) {
    this.showsUsage = showsUsage;
    this.numbered = numbered;
    this.after = after;
  }

  /** The stream as it came. */
  static View whole(boolean showsUsage) {
    return new View(showsUsage, false, 0);
  }

  /** The events after that number, each with its own. */
  static View after(long number, boolean showsUsage) {
    return new View(showsUsage, true, number);
  }

  /**
   * What goes before all events. A stream that is resumed may have nothing new for a while, and the
   * server sends no header fields before the first byte: so a comment, which clients skip.
   */
  byte[] opening() {
    return numbered ? COMMENT.clone() : new byte[0];
  }

  boolean showsUsage() {
    return showsUsage;
  }

  byte[] show(List<Part> parts) {
    var shown = new ByteArrayOutputStream();
    for (var part : parts) {
      show(part, shown);
    }
    return shown.toByteArray();
  }

  private void show(Part part, ByteArrayOutputStream shown) {
    var bytes = part.bytes();
    int cutFrom = showsUsage ? 0 : part.cutFrom();
    int cutTo = showsUsage ? 0 : part.cutTo();
    if (cutTo - cutFrom == bytes.length) {
      return;
    }
    if (numbered) {
      if (isEvent(bytes)) {
        number++;
        if (number > after) {
          writeNumbered(bytes, cutFrom, cutTo, shown);
        }
      } else if (number >= after) {
        shown.writeBytes(bytes);
      }
    } else {
      write(bytes, bytes.length, cutFrom, cutTo, shown);
    }
  }

  private static boolean isEvent(byte[] bytes) {
    return !new SseFrame(bytes).data().isEmpty();
  }

  /** The number goes last: of several ids a client takes the last, and a provider may send one. */
  private void writeNumbered(byte[] bytes, int cutFrom, int cutTo, ByteArrayOutputStream shown) {
    int lines = endOfLines(bytes);
    write(bytes, lines, cutFrom, cutTo, shown);
    if (lines > 0 && !isLineEnd(bytes[lines - 1])) {
      shown.write('\n');
    }
    shown.writeBytes(("id: " + number + "\n").getBytes(StandardCharsets.US_ASCII));
    shown.write(bytes, lines, bytes.length - lines);
  }

  /** Where the blank line begins that ends a frame. */
  private static int endOfLines(byte[] bytes) {
    if (!new SseFrame(bytes).isWhole()) {
      return bytes.length;
    }
    int last = bytes.length - 1;
    return bytes[last] == '\n' && last > 0 && bytes[last - 1] == '\r' ? last - 1 : last;
  }

  private static boolean isLineEnd(byte b) {
    return b == '\n' || b == '\r';
  }

  /** Writes the bytes up to an end but for those cut out. */
  private static void write(
      byte[] bytes, int end, int cutFrom, int cutTo, ByteArrayOutputStream shown) {
    if (cutFrom == cutTo) {
      shown.write(bytes, 0, end);
    } else {
      shown.write(bytes, 0, cutFrom);
      shown.write(bytes, cutTo, end - cutTo);
    }
  }
}

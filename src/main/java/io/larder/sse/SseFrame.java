package io.larder.sse;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;

/**
 * One block of an event stream as it came, up to and including the blank line that ends it. A block
 * may hold an event, comments, or nothing.
 */
public final class SseFrame {
  private final byte[] bytes;

  /**
   * A block.
   *
   * @param bytes the block; kept, not copied
   */
  public SseFrame(byte[] bytes) {
    this.bytes = bytes;
  }

  /** The block as it came; not to be changed. */
  public byte[] bytes() {
    return bytes;
  }

  /** Whether the blank line that ends it has come; without it the stream was cut off in it. */
  public boolean isWhole() {
    int end = bytes.length;
    int ends = 0;
    while (end > 0 && ends < 2 && (bytes[end - 1] == '\n' || bytes[end - 1] == '\r')) {
      boolean pair = end > 1 && bytes[end - 1] == '\n' && bytes[end - 2] == '\r';
      end -= pair ? 2 : 1;
      ends++;
    }
    // a blank line alone is whole, too
    return ends == 2 || (ends == 1 && end == 0);
  }

  /**
   * What the block says.
   *
   * @param event the event's type: the last {@code event} line; empty without one
   * @param data the event's data: its {@code data} lines joined by line feeds; empty without one
   */
  public record Fields(String event, String data) {}

  /** The event's data: its {@code data} lines joined by line feeds; empty without one. */
  public String data() {
    return fields().data();
  }

  /** Reads the block; this is done for each event of each stream, so it goes through it once. */
  public Fields fields() {
    var text = new String(bytes, StandardCharsets.UTF_8);
    var event = "";
    var data = new ArrayList<String>(1);
    int start = text.startsWith("\uFEFF") ? 1 : 0;
    int lineFeed = -1;
    int carriageReturn = -1;
    while (start < text.length()) {
      // each is looked for once, however many of the other there are
      lineFeed = lineFeed < start ? next(text, '\n', start) : lineFeed;
      carriageReturn = carriageReturn < start ? next(text, '\r', start) : carriageReturn;
      int end = Math.min(lineFeed, carriageReturn);
      if (isField(text, start, end, "data")) {
        data.add(value(text, start + 4, end));
      } else if (isField(text, start, end, "event")) {
        event = value(text, start + 5, end);
      }
      start = end + 1;
    }
    return new Fields(event, data.size() == 1 ? data.getFirst() : String.join("\n", data));
  }

  private static int next(String text, char end, int from) {
    int found = text.indexOf(end, from);
    return found < 0 ? text.length() : found;
  }

  /** A line is a name, or a name, a colon, perhaps one space, and the value. */
  private static boolean isField(String text, int start, int end, String name) {
    int after = start + name.length();
    return after <= end
        && text.startsWith(name, start)
        && (after == end || text.charAt(after) == ':');
  }

  private static String value(String text, int colon, int end) {
    int from = Math.min(colon + 1, end);
    return text.substring(from < end && text.charAt(from) == ' ' ? from + 1 : from, end);
  }
}

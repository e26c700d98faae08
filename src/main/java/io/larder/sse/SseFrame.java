package io.larder.sse;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

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

  /** The event's data: its {@code data} lines joined by line feeds; empty without one. */
  public String data() {
    return String.join("\n", field("data"));
  }

  /** The event's type: the last {@code event} line; empty without one. */
  public String event() {
    var types = field("event");
    return types.isEmpty() ? "" : types.getLast();
  }

  private List<String> field(String name) {
    var values = new ArrayList<String>(1);
    var text = new String(bytes, StandardCharsets.UTF_8);
    int start = text.startsWith("\uFEFF") ? 1 : 0;
    while (start < text.length()) {
      int end = start;
      while (end < text.length() && text.charAt(end) != '\n' && text.charAt(end) != '\r') {
        end++;
      }
      addIfNamed(text.substring(start, end), name, values);
      start = end + 1;
    }
    return values;
  }

  /** A line is a name, or a name, a colon, perhaps one space, and the value. */
  private static void addIfNamed(String line, String name, List<String> values) {
    if (line.equals(name)) {
      values.add("");
    } else if (line.startsWith(name) && line.charAt(name.length()) == ':') {
      var value = line.substring(name.length() + 1);
      values.add(value.startsWith(" ") ? value.substring(1) : value);
    }
  }
}

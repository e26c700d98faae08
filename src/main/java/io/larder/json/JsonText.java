package io.larder.json;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A JSON object beside the bytes it was read from, so that single members can be changed and every
 * other byte stays as its author wrote it.
 */
public final class JsonText {
  private final byte[] text;
  private final Json.Obj object;
  private final List<Span> spans;
  private final int closingBrace;

  /** Where a member stands: the first byte of its name, the first and the last + 1 of its value. */
  record Span(int name, int start, int end) {}

  JsonText(byte[] text, Json.Obj object, List<Span> spans, int closingBrace) {
    this.text = text;
    this.object = object;
    this.spans = spans;
    this.closingBrace = closingBrace;
  }

  /**
   * Reads a JSON object.
   *
   * @param text UTF-8; kept, not copied, so the caller gives it away
   * @throws JsonException if the text is not one JSON object as {@link JsonReader} wants it
   */
  public static JsonText parse(byte[] text) {
    return JsonReader.object(text, Integer.MAX_VALUE);
  }

  /**
   * Reads a JSON object whose tree must not take much more memory than its text.
   *
   * @param valuesMax most values, however deep
   */
  public static JsonText parse(byte[] text, int valuesMax) {
    return JsonReader.object(text, valuesMax);
  }

  /** The object. */
  public Json.Obj object() {
    return object;
  }

  /** The bytes it was read from; not to be changed. */
  public byte[] bytes() {
    return text;
  }

  /** The bytes of one member's value as they stood there. */
  public Optional<byte[]> raw(String name) {
    for (int i = 0; i < spans.size(); i++) {
      if (object.members().get(i).name().equals(name)) {
        var span = spans.get(i);
        return Optional.of(Arrays.copyOfRange(text, span.start(), span.end()));
      }
    }
    return Optional.empty();
  }

  /**
   * The text with some members replaced, or added at the end where they were missing.
   *
   * @param values JSON text by member name
   */
  public byte[] with(Map<String, String> values) {
    var edited = new ByteArrayOutputStream(text.length + 64);
    int copied = 0;
    for (int i = 0; i < spans.size(); i++) {
      var replacement = values.get(object.members().get(i).name());
      if (replacement != null) {
        edited.write(text, copied, spans.get(i).start() - copied);
        edited.writeBytes(replacement.getBytes(StandardCharsets.UTF_8));
        copied = spans.get(i).end();
      }
    }
    edited.write(text, copied, closingBrace - copied);
    var separator = spans.isEmpty() ? "" : ",";
    for (var value : values.entrySet()) {
      if (object.get(value.getKey()).isEmpty()) {
        var added = separator + JsonWriter.quote(value.getKey()) + ":" + value.getValue();
        edited.writeBytes(added.getBytes(StandardCharsets.UTF_8));
        separator = ",";
      }
    }
    edited.write(text, closingBrace, text.length - closingBrace);
    return edited.toByteArray();
  }

  /**
   * Bytes of the text.
   *
   * @param to the last + 1
   */
  public record Range(int from, int to) {}

  /** Where a member stands, with the comma that goes when it goes. */
  public Optional<Range> range(String name) {
    for (int i = 0; i < spans.size(); i++) {
      if (object.members().get(i).name().equals(name)) {
        return Optional.of(range(i));
      }
    }
    return Optional.empty();
  }

  private Range range(int member) {
    // the comma before it goes, or for the first member the one after it
    int from = member > 0 ? spans.get(member - 1).end() : spans.get(member).name();
    int to = spans.get(member).end();
    if (member == 0 && spans.size() > 1) {
      to = spans.get(1).name();
    }
    return new Range(from, to);
  }
}

package io.larder.wire;

import io.larder.json.Json;
import io.larder.json.JsonException;
import io.larder.json.JsonText;
import io.larder.sse.SseFrame;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A frame as the clients of a wire format read it.
 *
 * @param name its {@code event} field; empty = none
 * @param data its {@code data} field
 * @param json the data, if it is a JSON object
 */
record Event(String name, String data, Optional<JsonText> json) {
  private static final String DONE = "[DONE]";
  private static final char REPLACEMENT = '\uFFFD';

  /** Reads a frame; what it holds is parsed once. */
  static Event of(SseFrame frame) {
    var fields = frame.fields();
    return new Event(fields.event(), fields.data(), parsed(fields.data()));
  }

  private static Optional<JsonText> parsed(String data) {
    if (data.isBlank() || data.charAt(data.length() - 1) == ']') {
      return Optional.empty();
    }
    try {
      return Optional.of(JsonText.parse(data.getBytes(StandardCharsets.UTF_8)));
    } catch (JsonException foreign) {
      return Optional.empty();
    }
  }

  /**
   * The events of frames, without those that say nothing.
   *
   * @throws Lossy if one is not UTF-8, so that its text is not what came
   */
  static List<Event> all(List<SseFrame> frames) {
    var events = new ArrayList<Event>(frames.size());
    for (var frame : frames) {
      var event = of(frame);
      if (event.data().indexOf(REPLACEMENT) >= 0) {
        requireUtf8(frame.bytes());
      }
      if (!event.isBlank()) {
        events.add(event);
      }
    }
    return events;
  }

  private static void requireUtf8(byte[] bytes) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
    } catch (CharacterCodingException invalid) {
      throw new Lossy("a frame is not UTF-8");
    }
  }

  /** Whether there is no data; clients see no event then. */
  boolean isBlank() {
    return data.isBlank();
  }

  /** Whether this is what ends a stream of the OpenAI API. */
  boolean isDone() {
    return data.strip().equals(DONE);
  }

  /**
   * The data.
   *
   * @throws Lossy if it is no JSON object
   */
  Json.Obj object() {
    return json.orElseThrow(() -> new Lossy("an event is no JSON object")).object();
  }

  /** What kind of event it says it is; by its name if its data does not say. */
  String type() {
    return json.flatMap(text -> text.object().text("type")).orElse(name);
  }
}

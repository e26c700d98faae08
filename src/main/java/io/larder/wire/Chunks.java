package io.larder.wire;

import io.larder.json.Json;
import io.larder.json.JsonWriter;
import io.larder.sse.SseFrame;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The stream of an answer, chunk by chunk, up to {@code [DONE]}; usage has a chunk of its own. */
final class Chunks {
  private static final Set<String> NOT_IN_HEAD = Set.of("choices", "usage");

  private final List<SseFrame> frames = new ArrayList<>();
  private final String head;
  private final String usage;
  private final boolean hasUsage;

  /**
   * A stream without chunks yet.
   *
   * @param answer what all chunks take their head from
   * @param object {@code object} of every chunk
   */
  Chunks(Json.Obj answer, String object) {
    var head = answer.without(NOT_IN_HEAD).with("object", new Json.Str(object));
    var text = JsonWriter.compact(head);
    this.head = "data: " + text.substring(0, text.length() - 1) + ",\"choices\":[";
    this.hasUsage = answer.has("usage");
    this.usage = JsonWriter.compact(answer.get("usage").orElse(Json.Literal.NULL));
  }

  /** Adds a chunk of one choice. */
  void add(Json.Obj choice) {
    var noUsage = hasUsage ? "],\"usage\":null}\n\n" : "]}\n\n";
    frames.add(Forms.frame(head + JsonWriter.compact(choice) + noUsage));
  }

  /** The stream to its end. */
  List<SseFrame> end() {
    if (hasUsage) {
      frames.add(Forms.frame(head + "],\"usage\":" + usage + "}\n\n"));
    }
    frames.add(Forms.frame("data: [DONE]\n\n"));
    return frames;
  }
}

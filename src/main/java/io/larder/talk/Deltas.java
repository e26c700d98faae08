package io.larder.talk;

import io.larder.json.Json;
import io.larder.json.JsonException;
import io.larder.json.JsonText;
import io.larder.sse.SseFrame;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** What a frame of a streamed chat adds to the text of its first choice, in either wire. */
final class Deltas {
  private Deltas() {}

  static String text(SseFrame frame) {
    return object(frame).map(Deltas::text).orElse("");
  }

  private static String text(Json.Obj event) {
    var anthropic = event.object("delta").flatMap(delta -> delta.text("text"));
    return anthropic.or(() -> openAi(event)).orElse("");
  }

  private static Optional<String> openAi(Json.Obj event) {
    return event.items("choices").stream()
        .filter(Json.Obj.class::isInstance)
        .map(Json.Obj.class::cast)
        .filter(choice -> choice.number("index") == 0)
        .findFirst()
        .flatMap(choice -> choice.object("delta"))
        .flatMap(delta -> delta.text("content"));
  }

  /** What an error event says, if it is one. */
  static Optional<String> error(SseFrame frame) {
    return error(frame.data().getBytes(StandardCharsets.UTF_8));
  }

  /** What an error says, if it is one. */
  static Optional<String> error(byte[] json) {
    return object(json)
        .flatMap(body -> body.object("error"))
        .flatMap(error -> error.text("message"));
  }

  private static Optional<Json.Obj> object(SseFrame frame) {
    var data = frame.data();
    boolean isObject = !data.isBlank() && data.charAt(data.length() - 1) == '}';
    return isObject ? object(data.getBytes(StandardCharsets.UTF_8)) : Optional.empty();
  }

  private static Optional<Json.Obj> object(byte[] json) {
    try {
      return Optional.of(JsonText.parse(json).object());
    } catch (JsonException foreign) {
      return Optional.empty();
    }
  }
}

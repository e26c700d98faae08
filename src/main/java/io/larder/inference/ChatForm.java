package io.larder.inference;

import io.larder.json.Json;
import io.larder.json.JsonException;
import io.larder.json.JsonText;
import io.larder.json.JsonWriter;
import io.larder.model.Usage;
import io.larder.sse.SseFrame;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;

/** What Larder reads in answers of the chat wire: their end, their failure, their usage. */
final class ChatForm {
  /** Finish reasons of answers that were cut short: another try may give more. */
  private static final Set<String> CUT_SHORT = Set.of("length", "content_filter");

  private static final Set<String> TERMINAL_TYPES = Set.of("message_stop", "response.completed");
  private static final Set<String> FAILED_TYPES =
      Set.of("error", "response.failed", "response.incomplete");
  private static final String DONE = "[DONE]";

  private ChatForm() {}

  /** What one frame of a stream, or a whole JSON answer, says. */
  sealed interface Sign {
    /**
     * A part like any other.
     *
     * @param usage tokens it reports, if it does
     */
    record Part(Optional<Usage> usage) implements Sign {}

    /** The stream is complete. */
    record End() implements Sign {}

    /**
     * The answer must not be kept.
     *
     * @param why a token for {@code Cache-Status; detail}
     */
    record Unfit(String why) implements Sign {}

    /** Nothing: a comment, a ping, or what is not JSON. */
    record Nothing() implements Sign {}
  }

  static Sign read(SseFrame frame) {
    var data = frame.data().strip();
    if (data.equals(DONE)) {
      return new Sign.End();
    }
    if (data.isEmpty()) {
      return new Sign.Nothing();
    }
    return parse(data.getBytes(StandardCharsets.UTF_8))
        .map(object -> read(object, object.text("type").orElse(frame.event())))
        .orElseGet(Sign.Nothing::new);
  }

  static Sign read(byte[] answer) {
    return parse(answer)
        .map(object -> read(object, ""))
        .orElseGet(() -> new Sign.Unfit("not-json"));
  }

  private static Sign read(Json.Obj object, String type) {
    if (TERMINAL_TYPES.contains(type)) {
      return new Sign.End();
    }
    if (FAILED_TYPES.contains(type) || object.has("error")) {
      return new Sign.Unfit("error");
    }
    for (var item : object.items("choices")) {
      var reason = item instanceof Json.Obj choice ? choice.text("finish_reason").orElse("") : "";
      if (CUT_SHORT.contains(reason)) {
        return new Sign.Unfit("finish-" + reason.replace('_', '-'));
      }
    }
    return new Sign.Part(object.object("usage").map(ChatForm::usage));
  }

  private static Usage usage(Json.Obj usage) {
    return new Usage(
        Math.max(0, usage.number("prompt_tokens")), Math.max(0, usage.number("completion_tokens")));
  }

  /**
   * The frame for a client that did not ask for usage: without {@code "usage":null}, and nothing of
   * the chunk that carries usage alone.
   */
  static byte[] withoutUsage(SseFrame frame) {
    var data = frame.data();
    var text = new String(frame.bytes(), StandardCharsets.UTF_8);
    int at = text.indexOf(data);
    if (!data.contains("\"usage\"") || at < 0) {
      return frame.bytes();
    }
    JsonText chunk;
    try {
      chunk = JsonText.parse(data.getBytes(StandardCharsets.UTF_8));
    } catch (JsonException foreign) {
      return frame.bytes();
    }
    var object = chunk.object();
    if (object.object("usage").isPresent()) {
      boolean alone = object.get("choices").isPresent() && object.items("choices").isEmpty();
      return alone ? new byte[0] : frame.bytes();
    }
    var shown = new String(chunk.without("usage"), StandardCharsets.UTF_8);
    return (text.substring(0, at) + shown + text.substring(at + data.length()))
        .getBytes(StandardCharsets.UTF_8);
  }

  /** The event that ends a stream whose answer broke off. */
  static byte[] errorEvent(String message) {
    return ("data: {\"error\":{\"message\":"
            + JsonWriter.quote(message)
            + ",\"type\":\"server_error\",\"param\":null,\"code\":\"stream_interrupted\"}}\n\n")
        .getBytes(StandardCharsets.UTF_8);
  }

  private static Optional<Json.Obj> parse(byte[] text) {
    try {
      return Optional.of(JsonText.parse(text).object());
    } catch (JsonException foreign) {
      return Optional.empty();
    }
  }
}

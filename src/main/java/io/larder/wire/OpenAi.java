package io.larder.wire;

import io.larder.json.Json;
import io.larder.json.JsonException;
import io.larder.json.JsonText;
import io.larder.json.JsonWriter;
import io.larder.model.Usage;
import io.larder.sse.SseFrame;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What the wire formats of the OpenAI API have in common.
 *
 * @see <a href="https://platform.openai.com/docs/guides/error-codes/api-errors">OpenAI, errors</a>
 */
final class OpenAi {
  /**
   * Members that do not change an answer's content: how it is delivered, who asks, hints for the
   * vendor's bookkeeping; the model goes by its name at the provider.
   */
  static final Set<String> OMITTED =
      Set.of(
          "model",
          "stream",
          "stream_options",
          "user",
          "metadata",
          "store",
          "background",
          "safety_identifier",
          "prompt_cache_key",
          "prompt_cache_retention");

  /**
   * Finish reasons of answers that are whole, those of other servers with this API included. With
   * another one an answer was cut short, or has failed: another try may give more.
   */
  private static final Set<String> WHOLE =
      Set.of(
          "stop",
          "tool_calls",
          "function_call",
          "stop_sequence",
          "end_turn",
          "eos",
          "eos_token",
          "complete");

  /** The others that the vendor has; foreign words are not repeated. */
  private static final Set<String> CUT_SHORT = Set.of("length", "content_filter");

  /** Members of a chunk that carries usage alone. */
  private static final Set<String> OF_USAGE =
      Set.of(
          "id",
          "object",
          "created",
          "model",
          "system_fingerprint",
          "service_tier",
          "obfuscation",
          "choices",
          "usage");

  private OpenAi() {}

  /** Whether a request leaves an answer at the vendor, or goes on from one that is there. */
  static boolean isStateful(Json.Obj request) {
    return WireRequest.isTrue(request, "store")
        || WireRequest.isTrue(request, "background")
        || request.has("previous_response_id")
        || request.has("conversation");
  }

  /** What a chunk of a stream says that ends with {@code [DONE]}. */
  static Sign readChunk(SseFrame frame) {
    var event = Event.of(frame);
    if (event.isDone()) {
      return Sign.END;
    }
    if (event.json().isEmpty()) {
      return event.isBlank() ? Sign.NOTHING : Sign.GARBAGE;
    }
    var chunk = event.json().get();
    var object = chunk.object();
    if (object.has("error") || event.name().equals("error")) {
      return Sign.ERROR;
    }
    return new Sign(
        Sign.Kind.PART,
        usage(object),
        unfit(object),
        hidden(frame, chunk),
        choices(object, Json.Literal.NULL::equals),
        choices(object, Json.Str.class::isInstance));
  }

  /** What a whole answer with choices says. */
  static Sign readAnswer(byte[] answer) {
    Json.Obj object;
    try {
      object = JsonText.parse(answer).object();
    } catch (JsonException foreign) {
      return Sign.NOT_JSON;
    }
    if (object.has("error")) {
      return Sign.ERROR;
    }
    boolean whole =
        !object.items("choices").isEmpty() && choices(object, Json.Literal.NULL::equals).isEmpty();
    var unfit = whole ? unfit(object) : Sign.INCOMPLETE.unfit();
    return new Sign(Sign.Kind.END, usage(object), unfit, Cut.NONE);
  }

  /** The choices whose finish reason is such; servers that tell none leave it out. */
  private static Set<Integer> choices(Json.Obj object, Predicate<Json> isSuch) {
    var such = new HashSet<Integer>();
    for (var item : object.items("choices")) {
      if (item instanceof Json.Obj choice
          && choice.get("finish_reason").filter(isSuch).isPresent()) {
        such.add((int) choice.number("index"));
      }
    }
    return such;
  }

  private static String unfit(Json.Obj object) {
    for (var item : object.items("choices")) {
      if (item instanceof Json.Obj choice) {
        var reason = choice.text("finish_reason").orElse("");
        if (choice.has("error")) {
          return Sign.ERROR.unfit();
        }
        if (!reason.isEmpty() && !WHOLE.contains(reason)) {
          return CUT_SHORT.contains(reason) ? "finish-" + reason.replace('_', '-') : "finish-other";
        }
      }
    }
    return "";
  }

  static Optional<Usage> usage(Json.Obj object) {
    return object
        .object("usage")
        .map(
            usage ->
                new Usage(
                    Math.max(0, usage.number("prompt_tokens")),
                    Math.max(0, usage.number("completion_tokens"))));
  }

  /** {@code "usage":null} of every chunk, and all of the chunk that carries usage alone. */
  private static Cut hidden(SseFrame frame, JsonText chunk) {
    var object = chunk.object();
    if (object.get("usage").isEmpty()) {
      return Cut.NONE;
    }
    if (object.object("usage").isPresent()) {
      if (object.get("choices").isEmpty() || !object.items("choices").isEmpty()) {
        return Cut.NONE;
      }
      boolean alone = object.members().stream().allMatch(one -> OF_USAGE.contains(one.name()));
      return alone ? Cut.all(frame) : usage(frame, chunk);
    }
    return usage(frame, chunk);
  }

  private static Cut usage(SseFrame frame, JsonText chunk) {
    int at = indexOf(frame.bytes(), chunk.bytes());
    var range = chunk.range("usage").orElseThrow();
    return at < 0 ? Cut.NONE : new Cut(at + range.from(), at + range.to());
  }

  static byte[] error(int status, String code, String param, String message) {
    var type = status < 500 ? "invalid_request_error" : "server_error";
    return errorOf(type, code, param, message);
  }

  /** The type of a refusal of a limit is what the limit counts. */
  static byte[] limited(String code, boolean ofTokens, String message) {
    return errorOf(ofTokens ? "tokens" : "requests", code, "", message);
  }

  private static byte[] errorOf(String type, String code, String param, String message) {
    return ("{\"error\":{\"message\":"
            + JsonWriter.quote(message)
            + ",\"type\":\""
            + type
            + "\",\"param\":"
            + (param.isEmpty() ? "null" : JsonWriter.quote(param))
            + ",\"code\":"
            + JsonWriter.quote(code)
            + "}}")
        .getBytes(StandardCharsets.UTF_8);
  }

  static byte[] errorEvent(String code, String message) {
    var error = new String(error(500, code, "", message), StandardCharsets.UTF_8);
    return ("data: " + error + "\n\n").getBytes(StandardCharsets.UTF_8);
  }

  /** Where those bytes stand in others; negative = nowhere. */
  private static int indexOf(byte[] bytes, byte[] part) {
    for (int at = 0; at + part.length <= bytes.length; at++) {
      int i = 0;
      while (i < part.length && bytes[at + i] == part[i]) {
        i++;
      }
      if (i == part.length) {
        return at;
      }
    }
    return -1;
  }
}

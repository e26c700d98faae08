package io.larder.inference;

import io.larder.json.Json;
import io.larder.json.JsonException;
import io.larder.json.JsonText;
import io.larder.json.JsonWriter;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;

/**
 * A request for a chat answer, checked as far as Larder must understand it; the rest is the
 * provider's to judge.
 *
 * @see <a href="https://platform.openai.com/docs/api-reference/chat/create">OpenAI, create chat
 *     completion</a>
 */
final class ChatRequest {
  private static final int MODEL_LENGTH_MAX = 256;
  private static final String STREAM_OPTIONS = "stream_options";
  private static final String INCLUDE_USAGE = "include_usage";

  private final JsonText text;
  private final String model;
  private final boolean stream;

  private ChatRequest(JsonText text, String model, boolean stream) {
    this.text = text;
    this.model = model;
    this.stream = stream;
  }

  /**
   * Reads a request.
   *
   * @throws BadRequest naming what is wrong
   */
  static ChatRequest parse(byte[] body) {
    JsonText text;
    try {
      text = JsonText.parse(body);
    } catch (JsonException malformed) {
      throw new BadRequest("", "the request body " + malformed.getMessage());
    }
    var object = text.object();
    if (object.items("messages").isEmpty()) {
      throw new BadRequest("messages", "messages must be an array of at least one message");
    }
    if (object.has(STREAM_OPTIONS) && object.object(STREAM_OPTIONS).isEmpty()) {
      throw new BadRequest(STREAM_OPTIONS, "stream_options must be an object");
    }
    return new ChatRequest(text, model(object), stream(object));
  }

  private static String model(Json.Obj object) {
    var model = object.text("model").orElse("");
    if (model.isBlank() || model.length() > MODEL_LENGTH_MAX) {
      throw new BadRequest(
          "model", "model must be the name of a model, 1 to " + MODEL_LENGTH_MAX + " characters");
    }
    return model;
  }

  private static boolean stream(Json.Obj object) {
    var stream = object.get("stream").orElse(Json.Literal.NULL);
    if (!(stream instanceof Json.Literal literal)) {
      throw new BadRequest("stream", "stream must be true or false");
    }
    return literal == Json.Literal.TRUE;
  }

  Json.Obj object() {
    return text.object();
  }

  String model() {
    return model;
  }

  boolean stream() {
    return stream;
  }

  /** Whether the answer leaves something behind at the vendor, or needs what was left there. */
  boolean isStateful() {
    return object().get("store").filter(Json.Literal.TRUE::equals).isPresent()
        || object().get("background").filter(Json.Literal.TRUE::equals).isPresent()
        || object().has("previous_response_id")
        || object().has("conversation");
  }

  /** Whether equal requests are meant to get equal answers: temperature 0, or a seed. */
  boolean isDeterministic() {
    boolean cold =
        object().get("temperature").orElse(Json.Literal.NULL) instanceof Json.Num t
            && t.value() == 0;
    return cold || object().has("seed");
  }

  /** Whether the caller wants a stream's usage. */
  boolean wantsUsage() {
    return object()
        .object(STREAM_OPTIONS)
        .flatMap(options -> options.get(INCLUDE_USAGE))
        .filter(Json.Literal.TRUE::equals)
        .isPresent();
  }

  /**
   * The body to send: as it came, but with the model's name at the provider and, for a stream, with
   * usage asked for.
   */
  byte[] forwarded(String providerModel, boolean askForUsage) {
    var edits = new HashMap<String, String>();
    if (!providerModel.equals(model)) {
      edits.put("model", JsonWriter.quote(providerModel));
    }
    if (stream && askForUsage && !wantsUsage()) {
      edits.put(STREAM_OPTIONS, optionsWithUsage());
    }
    return edits.isEmpty() ? text.bytes() : text.with(edits);
  }

  private String optionsWithUsage() {
    if (object().object(STREAM_OPTIONS).isEmpty()) {
      return "{\"" + INCLUDE_USAGE + "\":true}";
    }
    var options = JsonText.parse(text.raw(STREAM_OPTIONS).orElseThrow());
    var edited = new HashMap<String, String>();
    edited.put(INCLUDE_USAGE, "true");
    return new String(options.with(edited), StandardCharsets.UTF_8);
  }
}

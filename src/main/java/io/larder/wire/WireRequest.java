package io.larder.wire;

import io.larder.json.Json;
import io.larder.json.JsonException;
import io.larder.json.JsonText;
import io.larder.json.JsonWriter;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Set;

/**
 * A request in one wire format, checked as far as Larder must understand it; the rest is the
 * provider's to judge.
 */
public final class WireRequest {
  private static final int MODEL_LENGTH_MAX = 256;

  /**
   * A value takes some 40 bytes of memory while its request waits; embeddings are asked for by up
   * to 300,000 tokens.
   */
  private static final int VALUES_MAX = 500_000;

  private static final String STREAM_OPTIONS = "stream_options";
  private static final String INCLUDE_USAGE = "include_usage";

  private final JsonText text;
  private final String model;
  private final boolean stream;
  private final Traits traits;

  /**
   * What a wire format says of a request.
   *
   * @param usageIsOptional whether streams carry usage only if {@code stream_options} asks for it
   * @param stateful whether the answer leaves something behind at the vendor, or needs what was
   *     left there
   * @param deterministic whether equal requests are meant to get equal answers
   * @param omitted members that do not change the answer's content: how it is delivered, who asks,
   *     hints for the vendor's bookkeeping; the model goes by its name at the provider
   */
  record Traits(
      boolean usageIsOptional, boolean stateful, boolean deterministic, Set<String> omitted) {}

  private WireRequest(JsonText text, Traits traits) {
    this.text = text;
    this.model = model(text.object());
    this.stream = stream(text.object());
    this.traits = traits;
    if (traits.usageIsOptional()
        && text.object().has(STREAM_OPTIONS)
        && text.object().object(STREAM_OPTIONS).isEmpty()) {
      throw new BadRequest(STREAM_OPTIONS, "stream_options must be an object");
    }
  }

  /**
   * The body as a JSON object.
   *
   * @throws BadRequest if it is none
   */
  static JsonText read(byte[] body) {
    try {
      return JsonText.parse(body, VALUES_MAX);
    } catch (JsonException malformed) {
      throw new BadRequest("", "the request body " + malformed.getMessage());
    }
  }

  /**
   * A request whose own members the format has checked.
   *
   * @throws BadRequest if its model or its way of delivery is wrong
   */
  static WireRequest of(JsonText text, Traits traits) {
    return new WireRequest(text, traits);
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

  /**
   * For formats whose answers come in one piece only.
   *
   * @throws BadRequest if a stream is asked for
   */
  static void requireNoStream(Json.Obj object) {
    if (isTrue(object, "stream")) {
      throw new BadRequest("stream", "stream must be false: these answers do not stream");
    }
  }

  /** Whether a member of that name is {@code true}. */
  static boolean isTrue(Json.Obj object, String name) {
    return object.get(name).filter(Json.Literal.TRUE::equals).isPresent();
  }

  /** Whether equal requests are meant to get equal answers: temperature 0, or a seed. */
  static boolean isColdOrSeeded(Json.Obj object) {
    boolean cold =
        object.get("temperature").orElse(Json.Literal.NULL) instanceof Json.Num t && t.value() == 0;
    return cold || object.has("seed");
  }

  /**
   * The same request but for one member.
   *
   * @param json its value
   */
  WireRequest with(String name, String json) {
    var edits = new HashMap<String, String>();
    edits.put(name, json);
    return new WireRequest(JsonText.parse(text.with(edits)), traits);
  }

  /** The bytes of a member's value; none without it. */
  byte[] raw(String name) {
    return text.raw(name).orElse(new byte[0]);
  }

  /** The request. */
  public Json.Obj object() {
    return text.object();
  }

  /** Bytes of the request. */
  public int length() {
    return text.bytes().length;
  }

  /** The model as the client names it. */
  public String model() {
    return model;
  }

  /** Whether the answer is to come as a stream. */
  public boolean stream() {
    return stream;
  }

  /** Whether the answer leaves something behind at the vendor, or needs what was left there. */
  public boolean isStateful() {
    return traits.stateful();
  }

  /** Whether equal requests are meant to get equal answers. */
  public boolean isDeterministic() {
    return traits.deterministic();
  }

  /** What the answer depends on, in canonical form (RFC 8785), without the model. */
  public String canonical() {
    return JsonWriter.canonical(object(), traits.omitted());
  }

  /** Whether a stream shall show its usage to the client. */
  public boolean wantsUsage() {
    return !traits.usageIsOptional()
        || object().object(STREAM_OPTIONS).filter(o -> isTrue(o, INCLUDE_USAGE)).isPresent();
  }

  /**
   * The body to send: as it came, but with the model's name at the provider and, for a stream, with
   * usage asked for.
   */
  public byte[] forwarded(String providerModel, boolean askForUsage) {
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

package io.larder.wire;

import io.larder.json.Json;
import io.larder.json.JsonException;
import io.larder.json.JsonText;
import io.larder.model.Usage;
import io.larder.model.Wire;
import io.larder.sse.SseFrame;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Messages of the Anthropic API. Every event of a stream has a name; the last is {@code
 * message_stop}.
 *
 * @see <a href="https://docs.anthropic.com/en/api/messages">Anthropic, messages</a>
 * @see <a href="https://docs.anthropic.com/en/docs/build-with-claude/streaming">Anthropic,
 *     streaming</a>
 */
public final class AnthropicMessages implements WireFormat {
  /** Stop reasons of answers that are whole. */
  private static final Set<String> WHOLE = Set.of("end_turn", "stop_sequence", "tool_use");

  /** Those of answers that were cut short or withheld: another try may give more. */
  private static final Set<String> CUT_SHORT =
      Set.of("max_tokens", "refusal", "pause_turn", "model_context_window_exceeded");

  /** A message is the one choice of its stream. */
  private static final Set<Integer> MESSAGE = Set.of(0);

  @Override
  public Wire wire() {
    return Wire.ANTHROPIC_MESSAGES;
  }

  @Override
  public WireRequest parse(byte[] body) {
    var text = WireRequest.read(body);
    var object = Anthropic.requireMessages(text.object());
    if (!(object.get("max_tokens").orElse(Json.Literal.NULL) instanceof Json.Num)) {
      throw new BadRequest("max_tokens", "max_tokens must be a number");
    }
    return WireRequest.of(
        text,
        new WireRequest.Traits(
            false,
            Anthropic.isStateful(object),
            WireRequest.isColdOrSeeded(object),
            Anthropic.OMITTED));
  }

  @Override
  public Sign read(SseFrame frame) {
    var event = Event.of(frame);
    if (event.json().isEmpty()) {
      if (event.name().equals("error")) {
        return Sign.ERROR;
      }
      return event.isDone() || event.isBlank() ? Sign.NOTHING : Sign.GARBAGE;
    }
    var object = event.object();
    return switch (event.type()) {
      case "message_stop" -> Sign.END;
      case "error" -> Sign.ERROR;
      case "ping" -> Sign.NOTHING;
      case "message_start" -> part(object, object.object("message"));
      case "message_delta" -> part(object, object.object("delta"));
      default ->
          object.has("error")
              ? Sign.ERROR
              : new Sign(Sign.Kind.PART, Optional.empty(), "", Cut.NONE);
    };
  }

  /**
   * A part of a message.
   *
   * @param changed members of the message that the event brings
   */
  private static Sign part(Json.Obj event, Optional<Json.Obj> changed) {
    var message = changed.orElse(event);
    var usage = usage(event).or(() -> usage(message));
    var reason = message.get("stop_reason");
    return new Sign(
        Sign.Kind.PART,
        usage,
        unfit(message),
        Cut.NONE,
        reason.filter(Json.Literal.NULL::equals).isPresent() ? MESSAGE : Set.of(),
        reason.filter(Json.Str.class::isInstance).isPresent() ? MESSAGE : Set.of());
  }

  @Override
  public Sign read(byte[] answer) {
    Json.Obj object;
    try {
      object = JsonText.parse(answer).object();
    } catch (JsonException foreign) {
      return Sign.NOT_JSON;
    }
    if (object.has("error")) {
      return Sign.ERROR;
    }
    boolean unfinished =
        object.get("stop_reason").filter(Json.Literal.NULL::equals).isPresent()
            || object.get("content").isEmpty();
    var unfit = unfinished ? Sign.INCOMPLETE.unfit() : unfit(object);
    return new Sign(Sign.Kind.END, usage(object), unfit, Cut.NONE);
  }

  private static String unfit(Json.Obj message) {
    var reason = message.text("stop_reason").orElse("");
    if (!reason.isEmpty() && !WHOLE.contains(reason)) {
      return CUT_SHORT.contains(reason) ? "finish-" + reason.replace('_', '-') : "finish-other";
    }
    // a machine that only this caller shall go on with, and that is gone in an hour
    return message.has("container") ? "container" : "";
  }

  /** Tokens written to and read from the vendor's cache are none of {@code input_tokens}. */
  private static Optional<Usage> usage(Json.Obj object) {
    return object
        .object("usage")
        .map(
            usage ->
                new Usage(
                    Math.max(0, usage.number("input_tokens"))
                        + Math.max(0, usage.number("cache_creation_input_tokens"))
                        + Math.max(0, usage.number("cache_read_input_tokens")),
                    Math.max(0, usage.number("output_tokens"))));
  }

  @Override
  public Optional<byte[]> fold(List<SseFrame> frames) {
    return Forms.folded(() -> new MessageFold().of(frames));
  }

  @Override
  public Optional<List<SseFrame>> render(byte[] answer) {
    return Forms.rendered(this, answer, MessageStream::of);
  }

  @Override
  public byte[] error(int status, String code, String param, String message) {
    return Anthropic.error(status, code, param, message);
  }

  @Override
  public byte[] errorEvent(String code, String message) {
    return Anthropic.errorEvent(code, message);
  }
}

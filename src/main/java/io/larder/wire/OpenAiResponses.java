package io.larder.wire;

import io.larder.json.Json;
import io.larder.json.JsonException;
import io.larder.json.JsonText;
import io.larder.json.JsonWriter;
import io.larder.model.Usage;
import io.larder.model.Wire;
import io.larder.sse.SseFrame;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Responses of the OpenAI API. Every event of a stream has a name, the same as its {@code type};
 * the last holds the whole answer.
 *
 * @see <a href="https://platform.openai.com/docs/api-reference/responses">OpenAI, responses</a>
 * @see <a href="https://platform.openai.com/docs/api-reference/responses-streaming">OpenAI,
 *     streaming events</a>
 */
public final class OpenAiResponses implements WireFormat {
  private static final String INPUT = "input";

  /**
   * Unlike other answers a response repeats who asked, and says whether it is stored: of these,
   * callers with different ones must not get each other's.
   */
  private static final Set<String> OMITTED =
      Set.of("model", "stream", "stream_options", "background");

  @Override
  public Wire wire() {
    return Wire.OPENAI_RESPONSES;
  }

  @Override
  public WireRequest parse(byte[] body) {
    var text = WireRequest.read(body);
    var object = text.object();
    boolean isInput =
        object.text(INPUT).isPresent()
            || !object.items(INPUT).isEmpty()
            || (!object.has(INPUT) && goesOnWithoutInput(object));
    if (!isInput) {
      throw new BadRequest(INPUT, "input must be a string, or an array of at least one item");
    }
    return WireRequest.of(
        text,
        new WireRequest.Traits(
            false, isStateful(object), WireRequest.isColdOrSeeded(object), OMITTED));
  }

  /** Whether there is something else to answer. */
  private static boolean goesOnWithoutInput(Json.Obj request) {
    return request.object("prompt").isPresent()
        || request.has("previous_response_id")
        || request.has("conversation");
  }

  /**
   * Beside what all requests have: an item that is at the vendor, a container there, and servers
   * that the vendor asks to act, which an answer from the cache would not do again.
   */
  private static boolean isStateful(Json.Obj request) {
    return OpenAi.isStateful(request)
        || request.items(INPUT).stream().anyMatch(item -> isOfType(item, "item_reference"))
        || request.items("tools").stream()
            .anyMatch(tool -> isOfType(tool, "mcp") || namesContainer(tool));
  }

  private static boolean isOfType(Json item, String type) {
    return item instanceof Json.Obj object && object.text("type").orElse("").equals(type);
  }

  private static boolean namesContainer(Json tool) {
    return tool instanceof Json.Obj object
        && (object.text("container").isPresent()
            || object.object("environment").filter(e -> e.has("container_id")).isPresent());
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
      case "error" -> Sign.ERROR;
      case "response.completed", "response.incomplete", "response.failed" ->
          object.object("response").map(OpenAiResponses::sign).orElse(Sign.INCOMPLETE);
      default ->
          object.has("error")
              ? Sign.ERROR
              : new Sign(Sign.Kind.PART, Optional.empty(), "", Cut.NONE);
    };
  }

  @Override
  public Sign read(byte[] answer) {
    Json.Obj object;
    try {
      object = JsonText.parse(answer).object();
    } catch (JsonException foreign) {
      return Sign.NOT_JSON;
    }
    return object.has("error") && object.text("status").isEmpty() ? Sign.ERROR : sign(object);
  }

  private static Sign sign(Json.Obj response) {
    var status = response.text("status").orElse("");
    var unfit =
        switch (status) {
          case "completed" -> response.has("error") ? "error" : madeInContainer(response);
          case "failed" -> "error";
          default -> "incomplete";
        };
    return new Sign(Sign.Kind.END, usage(response), unfit, Cut.NONE);
  }

  /** A machine at the vendor's that is gone in an hour, and what the answer cites with it. */
  private static String madeInContainer(Json.Obj response) {
    for (var item : response.items("output")) {
      if (item instanceof Json.Obj output
          && (output.has("container_id")
              || output.object("environment").filter(e -> e.has("container_id")).isPresent())) {
        return "container";
      }
    }
    return "";
  }

  private static Optional<Usage> usage(Json.Obj response) {
    return response
        .object("usage")
        .map(
            usage ->
                new Usage(
                    Math.max(0, usage.number("input_tokens")),
                    Math.max(0, usage.number("output_tokens"))));
  }

  @Override
  public Optional<byte[]> fold(List<SseFrame> frames) {
    try {
      return Optional.of(ResponseFold.of(frames));
    } catch (Lossy refused) {
      return Optional.empty();
    }
  }

  @Override
  public Optional<List<SseFrame>> render(byte[] answer) {
    return Forms.rendered(this, answer, ResponseStream::of);
  }

  @Override
  public byte[] error(int status, String code, String param, String message) {
    return OpenAi.error(status, code, param, message);
  }

  @Override
  public byte[] errorEvent(String code, String message) {
    return errorEvent(code, message, 0);
  }

  @Override
  public byte[] errorEvent(String code, String message, long eventsBefore) {
    return ("event: error\ndata: {\"type\":\"error\",\"code\":"
            + JsonWriter.quote(code)
            + ",\"message\":"
            + JsonWriter.quote(message)
            + ",\"param\":null,\"sequence_number\":"
            + eventsBefore
            + "}\n\n")
        .getBytes(StandardCharsets.UTF_8);
  }
}

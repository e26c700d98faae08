package io.larder.talk;

import io.larder.conversation.Part;
import io.larder.conversation.Turn;
import io.larder.json.Json;
import io.larder.json.JsonException;
import io.larder.json.JsonText;
import io.larder.wire.BadRequest;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;

/**
 * What somebody says to a model.
 *
 * @param said text, or parts
 * @param parent below which turn; a blank one = at the top; empty = below the current leaf
 * @param system instructions that go before the history; empty = none
 * @param further members that go to the provider as they are, such as {@code temperature}
 * @param text the whole request, by which two are told apart
 */
public record Say(
    Turn.Said said,
    String model,
    Optional<String> parent,
    String system,
    Json.Obj further,
    String text) {
  private static final Set<String> OWN = Set.of("content", "model", "parent", "system");

  /** Larder makes these itself; of several choices only one could be a turn. */
  private static final Set<String> MADE = Set.of("messages", "stream", "stream_options", "n");

  /**
   * Reads a request.
   *
   * @throws BadRequest naming the member that is wrong
   */
  public static Say parse(byte[] body) {
    Json.Obj object;
    try {
      object = JsonText.parse(body).object();
    } catch (JsonException malformed) {
      throw new BadRequest("", "the request body " + malformed.getMessage());
    }
    for (var name : MADE) {
      if (object.get(name).isPresent()) {
        throw new BadRequest(name, name + " is made by Larder");
      }
    }
    return new Say(
        said(object.get("content").orElse(Json.Literal.NULL)),
        text(object, "model").orElseThrow(() -> missing("model")),
        object.get("parent").isPresent()
            ? Optional.of(text(object, "parent").orElse(""))
            : Optional.empty(),
        text(object, "system").orElse(""),
        object.without(OWN),
        new String(body, StandardCharsets.UTF_8));
  }

  private static Turn.Said said(Json content) {
    try {
      return switch (content) {
        case Json.Str(String text) -> Turn.Said.user(text);
        case Json.Arr(var items) -> Turn.Said.user(Part.list(items));
        default ->
            throw new IllegalArgumentException("content must be a string or an array of parts");
      };
    } catch (IllegalArgumentException wrong) {
      throw new BadRequest("content", String.valueOf(wrong.getMessage()));
    }
  }

  private static Optional<String> text(Json.Obj object, String name) {
    if (!object.has(name)) {
      return Optional.empty();
    }
    return Optional.of(object.text(name).orElseThrow(() -> missing(name)));
  }

  private static BadRequest missing(String name) {
    return new BadRequest(name, name + " must be a string");
  }
}

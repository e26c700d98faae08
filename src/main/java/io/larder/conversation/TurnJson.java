package io.larder.conversation;

import io.larder.json.Json;
import io.larder.json.JsonException;
import io.larder.json.JsonText;
import io.larder.json.JsonWriter;
import io.larder.model.Usage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What is said, as JSON: in stores, in exports and over HTTP. Members that are empty or zero are
 * left out.
 */
final class TurnJson {
  private TurnJson() {}

  static Json.Obj of(Turn.Said said) {
    var members = new ArrayList<Json.Member>();
    text(members, "role", word(said.role()));
    members.add(new Json.Member("content", content(said)));
    text(members, "state", word(said.state()));
    var about = said.about();
    text(members, "model", about.model());
    text(members, "provider", about.provider());
    if (!about.usage().equals(Usage.UNKNOWN)) {
      members.add(
          new Json.Member(
              "usage",
              new Json.Obj(
                  List.of(
                      number("input", about.usage().input()),
                      number("output", about.usage().output())))));
    }
    text(members, "cache", about.cache());
    text(members, "stream", about.stream());
    text(members, "error", about.error());
    if (about.trimmed() > 0) {
      members.add(number("trimmed", about.trimmed()));
    }
    return new Json.Obj(members);
  }

  /** The content as it was sent. */
  static Json content(Turn.Said said) {
    return said.parts().isEmpty()
        ? new Json.Str(said.content())
        : new Json.Arr(said.parts().stream().map(part -> (Json) part.sent()).toList());
  }

  static String write(Turn.Said said) {
    return JsonWriter.compact(of(said));
  }

  static void text(List<Json.Member> members, String name, String value) {
    if (!value.isEmpty()) {
      members.add(new Json.Member(name, new Json.Str(value)));
    }
  }

  static Json.Member number(String name, long value) {
    return new Json.Member(name, new Json.Num(String.valueOf(value)));
  }

  static String word(Enum<?> one) {
    return one.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** What was written, unless it is damaged. */
  static Optional<Turn.Said> read(String json) {
    try {
      return Optional.of(said(JsonText.parse(json.getBytes(StandardCharsets.UTF_8)).object()));
    } catch (JsonException | IllegalArgumentException damaged) {
      return Optional.empty();
    }
  }

  /**
   * Reads what is said.
   *
   * @throws IllegalArgumentException naming the member that is wrong
   */
  static Turn.Said said(Json.Obj object) {
    var role = one(object, "role", Turn.Role.class, Optional.empty());
    var content = object.get("content").orElse(Json.Literal.NULL);
    var state = one(object, "state", Turn.State.class, Optional.of(Turn.State.COMPLETE));
    return switch (content) {
      case Json.Str(String text) -> new Turn.Said(role, text, state, about(object));
      case Json.Arr(var items) -> Turn.Said.of(role, Part.list(items), state, about(object));
      default ->
          throw new IllegalArgumentException("content must be a string or an array of parts");
    };
  }

  private static Turn.About about(Json.Obj object) {
    var usage = object.object("usage").orElse(new Json.Obj(List.of()));
    return new Turn.About(
        object.text("model").orElse(""),
        object.text("provider").orElse(""),
        new Usage(Math.max(0, usage.number("input")), Math.max(0, usage.number("output"))),
        object.text("cache").orElse(""),
        object.text("stream").orElse(""),
        object.text("error").orElse(""),
        Math.clamp(object.number("trimmed"), 0, Integer.MAX_VALUE));
  }

  private static <E extends Enum<E>> E one(
      Json.Obj object, String name, Class<E> type, Optional<E> otherwise) {
    if (otherwise.isPresent() && !object.has(name)) {
      return otherwise.get();
    }
    var found = object.text(name).orElse("");
    var names = new ArrayList<String>();
    for (var constant : type.getEnumConstants()) {
      if (word(constant).equals(found)) {
        return constant;
      }
      names.add(word(constant));
    }
    throw new IllegalArgumentException(name + " must be one of " + String.join(", ", names));
  }
}

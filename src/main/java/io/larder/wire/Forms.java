package io.larder.wire;

import io.larder.json.Json;
import io.larder.json.JsonException;
import io.larder.json.JsonText;
import io.larder.json.JsonWriter;
import io.larder.sse.SseFrame;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/** The gate that each form of an answer passes that is made from the other. */
final class Forms {
  private Forms() {}

  /** The JSON text of an answer, unless making it loses something. */
  static Optional<byte[]> folded(Supplier<Json.Obj> fold) {
    try {
      return Optional.of(JsonWriter.compact(fold.get()).getBytes(StandardCharsets.UTF_8));
    } catch (Lossy refused) {
      return Optional.empty();
    }
  }

  /** The frames of an answer, if folding them gives the same answer. */
  static Optional<List<SseFrame>> rendered(
      WireFormat format, byte[] answer, Function<Json.Obj, List<SseFrame>> render) {
    try {
      var object = JsonText.parse(answer).object();
      var frames = render.apply(object);
      var canonical = canonical(object);
      return format
          .fold(frames)
          .filter(folded -> canonical(JsonText.parse(folded).object()).equals(canonical))
          .map(same -> List.copyOf(frames));
    } catch (Lossy | JsonException refused) {
      return Optional.empty();
    }
  }

  /** One text for all spellings of a value. */
  static String canonical(Json.Obj object) {
    return JsonWriter.canonical(object, Set.of());
  }

  /** A frame as the vendors write it. */
  static SseFrame frame(String text) {
    return new SseFrame(text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * The object that value is.
   *
   * @throws Lossy if it is something else
   */
  static Json.Obj object(Json value) {
    if (value instanceof Json.Obj object) {
      return object;
    }
    throw new Lossy("an object was expected");
  }

  /**
   * The array that value is.
   *
   * @throws Lossy if it is something else
   */
  static Json.Arr array(Json value) {
    if (value instanceof Json.Arr array) {
      return array;
    }
    throw new Lossy("an array was expected");
  }

  /**
   * The place that a part's {@code index} gives it.
   *
   * @throws Lossy if it has none
   */
  static int index(Json.Obj part) {
    return index(part, "index");
  }

  /**
   * The place that a member of a part gives it.
   *
   * @throws Lossy if it has none
   */
  static int index(Json.Obj part, String name) {
    if (part.get(name).orElse(Json.Literal.NULL) instanceof Json.Num number
        && number.value() == (int) number.value()
        && number.value() >= 0) {
      return (int) number.value();
    }
    throw new Lossy("a part has no index");
  }
}

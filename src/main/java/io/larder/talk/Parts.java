package io.larder.talk;

import io.larder.conversation.Part;
import io.larder.conversation.Turn;
import io.larder.json.Json;
import java.util.List;
import java.util.Set;

/**
 * What a turn says, in the wire of a provider. What was sent in that wire goes as it was; images of
 * the other wire are put into its shape, with the same bytes or the same address. Hints that only
 * the other wire has, such as {@code detail} and {@code cache_control}, do not go.
 */
final class Parts {
  private static final Set<String> ANTHROPIC_ONLY = Set.of("cache_control", "citations");

  private Parts() {}

  static Json content(Turn.Said said, boolean anthropic) {
    if (said.parts().isEmpty()) {
      return new Json.Str(said.content());
    }
    return new Json.Arr(
        said.parts().stream()
            .map(part -> (Json) (anthropic ? anthropic(part) : openAi(part)))
            .toList());
  }

  private static Json.Obj anthropic(Part part) {
    return switch (part) {
      case Part.Text text -> text.sent();
      case Part.Image image when is("image", image) -> image.sent();
      case Part.Image image -> typed("image", "source", anthropic(image.source()));
    };
  }

  private static boolean is(String type, Part part) {
    return part.sent().text("type").orElse("").equals(type);
  }

  private static Json.Obj anthropic(Part.Source source) {
    return switch (source) {
      case Part.Inline(String mediaType, String base64) ->
          new Json.Obj(
              List.of(text("type", "base64"), text("media_type", mediaType), text("data", base64)));
      case Part.Linked(String url) -> new Json.Obj(List.of(text("type", "url"), text("url", url)));
    };
  }

  private static Json.Obj openAi(Part part) {
    return switch (part) {
      case Part.Text text -> text.sent().without(ANTHROPIC_ONLY);
      case Part.Image image when is("image_url", image) -> image.sent();
      case Part.Image image ->
          typed("image_url", "image_url", new Json.Obj(List.of(text("url", url(image.source())))));
    };
  }

  private static String url(Part.Source source) {
    return switch (source) {
      case Part.Inline(String mediaType, String base64) ->
          "data:" + mediaType + ";base64," + base64;
      case Part.Linked(String url) -> url;
    };
  }

  private static Json.Obj typed(String type, String name, Json.Obj value) {
    return new Json.Obj(List.of(text("type", type), new Json.Member(name, value)));
  }

  private static Json.Member text(String name, String value) {
    return new Json.Member(name, new Json.Str(value));
  }
}

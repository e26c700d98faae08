package io.larder.conversation;

import io.larder.json.Json;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Base64;
import java.util.Locale;
import java.util.regex.Pattern;

/** Reads a part, and says where it is wrong. */
final class PartReader {
  private static final Pattern MEDIA_TYPE = Pattern.compile("image/[a-z0-9.+-]{1,64}");
  private static final String BASE64 = ";base64,";
  private static final int QUOTED_MAX = 64;

  private PartReader() {}

  static Part part(Json item, String at) {
    if (!(item instanceof Json.Obj sent)) {
      throw new IllegalArgumentException(at + " must be an object");
    }
    var type = text(sent, "type", at);
    return switch (type) {
      case "text" -> new Part.Text(sent, text(sent, "text", at));
      case "image_url" -> {
        var image = object(sent, "image_url", at);
        yield new Part.Image(
            sent, source(text(image, "url", at + ".image_url"), at + ".image_url"));
      }
      case "image" -> new Part.Image(sent, anthropic(object(sent, "source", at), at + ".source"));
      default ->
          throw new IllegalArgumentException(
              at + ".type must be text, image_url or image, was " + quoted(type));
    };
  }

  private static Part.Source anthropic(Json.Obj source, String at) {
    var type = text(source, "type", at);
    return switch (type) {
      case "base64" ->
          inline(text(source, "media_type", at), text(source, "data", at), at + ".data");
      case "url" -> linked(text(source, "url", at), at);
      default ->
          throw new IllegalArgumentException(
              at + ".type must be base64 or url, was " + quoted(type));
    };
  }

  private static Part.Source source(String url, String at) {
    if (!url.startsWith("data:")) {
      return linked(url, at);
    }
    int end = url.indexOf(BASE64);
    if (end < 0) {
      throw new IllegalArgumentException(at + ".url must be https, or data:image/…;base64,…");
    }
    return inline(
        url.substring("data:".length(), end), url.substring(end + BASE64.length()), at + ".url");
  }

  private static Part.Source inline(String mediaType, String base64, String at) {
    if (!MEDIA_TYPE.matcher(mediaType).matches()) {
      throw new IllegalArgumentException(
          at + " must be an image such as image/png, was " + quoted(mediaType));
    }
    try {
      if (Base64.getDecoder().decode(base64).length == 0) {
        throw new IllegalArgumentException("nothing");
      }
    } catch (IllegalArgumentException malformed) {
      throw new IllegalArgumentException(
          at + " is not base64: " + malformed.getMessage(), malformed);
    }
    return new Part.Inline(mediaType, base64);
  }

  private static Part.Source linked(String url, String at) {
    try {
      var uri = new URI(url);
      if ("https".equals(String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT))
          && uri.getHost() != null) {
        return new Part.Linked(url);
      }
    } catch (URISyntaxException malformed) {
      throw new IllegalArgumentException(
          at + ".url is malformed: " + malformed.getReason(), malformed);
    }
    throw new IllegalArgumentException(
        at + ".url must be https or data:image/…;base64,…, was " + quoted(url));
  }

  private static String text(Json.Obj object, String name, String at) {
    return object
        .text(name)
        .filter(text -> !text.isEmpty())
        .orElseThrow(
            () -> new IllegalArgumentException(at + "." + name + " must be a string, not empty"));
  }

  private static Json.Obj object(Json.Obj object, String name, String at) {
    return object
        .object(name)
        .orElseThrow(() -> new IllegalArgumentException(at + "." + name + " must be an object"));
  }

  private static String quoted(String text) {
    return text.length() > QUOTED_MAX ? text.substring(0, QUOTED_MAX) + "…" : text;
  }
}

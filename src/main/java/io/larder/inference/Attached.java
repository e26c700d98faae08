package io.larder.inference;

import io.larder.json.Json;
import io.larder.wire.WireRequest;

/**
 * What is attached to a request as base64: images, sounds, documents. Providers charge these by
 * area, by seconds, by pages, and not by bytes: a photograph of a megabyte is some 1,600 tokens,
 * not the 350,000 that as much text would be.
 *
 * @see <a href="https://platform.claude.com/docs/en/build-with-claude/vision">Anthropic, Vision</a>
 */
final class Attached {
  /** About as much text as a large image is charged as: 1,600 tokens. */
  static final int BYTES_COUNTED = 1_600 * Estimate.BYTES_PER_TOKEN;

  private static final String DATA_URL = "data:";

  private Attached() {}

  /** Bytes of a request that are not to be counted: what each attachment has beyond its due. */
  static long surplus(WireRequest request) {
    // most have no room for any
    return request.length() > BYTES_COUNTED ? surplus(request.object()) : 0;
  }

  private static long surplus(Json value) {
    return switch (value) {
      case Json.Obj object -> object.members().stream().mapToLong(m -> surplus(m.value())).sum();
      case Json.Arr array -> array.items().stream().mapToLong(Attached::surplus).sum();
      case Json.Str string -> surplus(string.text());
      case Json.Num number -> 0;
      case Json.Literal literal -> 0;
    };
  }

  private static long surplus(String text) {
    int surplus = text.length() - BYTES_COUNTED;
    return surplus > 0 && isBase64(text) ? surplus : 0;
  }

  /** So long a text has a space somewhere, or a character that base64 has not. */
  private static boolean isBase64(String text) {
    // RFC 2397
    for (int i = text.startsWith(DATA_URL) ? text.indexOf(',') + 1 : 0; i < text.length(); i++) {
      if (!isBase64(text.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  /** Of either alphabet of RFC 4648, or what fills up. */
  private static boolean isBase64(char c) {
    return (c >= 'A' && c <= 'Z')
        || (c >= 'a' && c <= 'z')
        || (c >= '0' && c <= '9')
        || "+/-_=".indexOf(c) >= 0;
  }
}

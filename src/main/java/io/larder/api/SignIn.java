package io.larder.api;

import io.larder.json.Json;
import io.larder.json.JsonException;
import io.larder.json.JsonText;
import java.io.IOException;
import java.io.InputStream;

/** A body that signs in: {@code {"key":"…"}}. What is in it is a secret, so no message shows it. */
final class SignIn {
  /** A key of 512 characters, each of them escaped, with room to spare. */
  static final int BODY_BYTES_MAX = 4 * 1024;

  private SignIn() {}

  /**
   * The key.
   *
   * @throws Refusal if the body is anything else
   */
  static String key(InputStream body) throws IOException {
    var bytes = body.readNBytes(BODY_BYTES_MAX + 1);
    if (bytes.length > BODY_BYTES_MAX) {
      throw Refusal.tooLarge(BODY_BYTES_MAX);
    }
    try {
      var object = JsonText.parse(bytes).object();
      if (object.members().size() == 1
          && object.get("key").orElse(null) instanceof Json.Str(String key)) {
        return key;
      }
    } catch (JsonException malformed) {
      throw wrong();
    }
    throw wrong();
  }

  private static Refusal wrong() {
    return Refusal.badRequest("the body must be {\"key\":\"KEY\"}");
  }
}

package io.larder.admin;

import io.larder.api.Refusal;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** A body of lines, read within its bound. */
final class Lines {
  static final int BODY_BYTES_MAX = 64 * 1024 * 1024;

  private Lines() {}

  /**
   * Reads all of it.
   *
   * @throws Refusal if it is larger than {@link #BODY_BYTES_MAX}
   */
  static String read(InputStream body) throws IOException {
    var bytes = body.readNBytes(BODY_BYTES_MAX + 1);
    if (bytes.length > BODY_BYTES_MAX) {
      throw Refusal.tooLarge(BODY_BYTES_MAX);
    }
    return new String(bytes, StandardCharsets.UTF_8);
  }
}

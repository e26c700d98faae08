package io.larder.conversation;

import io.larder.cache.Encryption;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * Text as it lies in the store: a byte, 0 = as it is, 1 = sealed with AES-256-GCM; then the bytes.
 * What was stored before there was a key stays readable.
 */
final class Sealed {
  private final Optional<Encryption> encryption;

  Sealed(Optional<Encryption> encryption) {
    this.encryption = encryption;
  }

  /**
   * Seals a text if there is a key.
   *
   * @param bound what it belongs to; it opens only together with the same
   */
  byte[] seal(String text, String bound) {
    var plain = text.getBytes(StandardCharsets.UTF_8);
    var payload = encryption.map(keys -> keys.seal(plain, bytes(bound))).orElse(plain);
    var stored = new byte[payload.length + 1];
    stored[0] = (byte) (encryption.isPresent() ? 1 : 0);
    System.arraycopy(payload, 0, stored, 1, payload.length);
    return stored;
  }

  /** The text, unless it is damaged, belongs elsewhere, or is sealed with a key not here. */
  Optional<String> open(byte[] stored, String bound) {
    if (stored.length == 0 || stored[0] < 0 || stored[0] > 1) {
      return Optional.empty();
    }
    var payload = Arrays.copyOfRange(stored, 1, stored.length);
    var plain =
        stored[0] == 0
            ? Optional.of(payload)
            : encryption.flatMap(keys -> keys.open(payload, bytes(bound)));
    return plain.map(bytes -> new String(bytes, StandardCharsets.UTF_8));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}

package io.larder.access;

import io.larder.digest.Sha256;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.regex.Pattern;

/**
 * The text of a key, which its bearer presents: {@code lk_} and 256 random bits in base64url.
 * Larder keeps its SHA-256 only; with that many random bits, no slower hash is needed.
 */
public record Secret(String text) {
  private static final int RANDOM_BYTES = 32;
  private static final Pattern FORM = Pattern.compile("lk_[A-Za-z0-9_-]{43}");

  static Secret make(SecureRandom random) {
    var bytes = new byte[RANDOM_BYTES];
    random.nextBytes(bytes);
    return new Secret("lk_" + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
  }

  /** Whether a text has the form of a key that Larder has made. */
  static boolean isOne(String text) {
    return FORM.matcher(text).matches();
  }

  /** By what the key is found: its SHA-256 as 64 hexadecimal digits. */
  String hash() {
    return Sha256.hex(text);
  }

  @Override
  public String toString() {
    return "***";
  }
}

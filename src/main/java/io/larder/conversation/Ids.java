package io.larder.conversation;

import io.larder.digest.Sha256;
import java.util.HexFormat;

/** Ids that are made of words, such as of an idempotency key. */
final class Ids {
  private static final int BYTES = 12;

  private Ids() {}

  /** An id that is the same for the same words, and no other. */
  static String of(String... words) {
    return HexFormat.of().formatHex(Sha256.of(String.join("\n", words)), 0, BYTES);
  }
}

package io.larder.conversation;

import io.larder.digest.Sha256;
import java.util.HexFormat;

/** Names made of others: a user as a part of keys, and the ids that an idempotency key gives. */
final class Owner {
  /** Longer names of users are hashed. */
  private static final int LENGTH_MAX = 128;

  private static final int ID_BYTES = 12;

  private Owner() {}

  /** The subject without what ends a hash tag. */
  static String tag(String subject) {
    if (subject.length() > LENGTH_MAX) {
      return "%sha256/" + Sha256.hex(subject);
    }
    return subject.replace("%", "%25").replace("{", "%7B").replace("}", "%7D");
  }

  /** An id that is the same for the same words, and no other. */
  static String id(String... words) {
    return HexFormat.of().formatHex(Sha256.of(String.join("\n", words)), 0, ID_BYTES);
  }
}

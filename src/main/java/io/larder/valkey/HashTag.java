package io.larder.valkey;

import io.larder.digest.Sha256;

/**
 * What stands between the braces of a key, so that all keys of one user lie in one slot.
 *
 * @see <a href="https://valkey.io/topics/cluster-spec/">Valkey cluster specification, hash tags</a>
 */
public final class HashTag {
  /** Longer names are hashed, as each of a user's keys has it. */
  private static final int LENGTH_MAX = 128;

  private HashTag() {}

  /**
   * A name without what would end a hash tag: as it is, with percent signs and braces escaped;
   * {@code %sha256/} and its digest if it is longer than 128 characters. Two names have two tags.
   */
  public static String of(String name) {
    if (name.length() > LENGTH_MAX) {
      return "%sha256/" + Sha256.hex(name);
    }
    return name.replace("%", "%25").replace("{", "%7B").replace("}", "%7D");
  }
}

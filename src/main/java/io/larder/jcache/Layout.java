package io.larder.jcache;

import java.util.Optional;
import java.util.function.Function;

/**
 * Where the entries of a cache lie.
 *
 * @param <K> type of keys
 */
interface Layout<K> {
  /** First part of every key. */
  String PREFIX = "larder:1:session:";

  /** Bytes of a key, at most; longer ones are refused. */
  int KEY_BYTES_MAX = 4_096;

  /** The place of the entry of that key. */
  Place place(K key);

  /** How its entries are found without their keys; empty = they cannot be. */
  Optional<Listing<K>> listing();

  /** A text without what means something in a key or a glob. */
  static String plain(String text) {
    var plain = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < 128 && (Character.isLetterOrDigit(c) || "._-%".indexOf(c) >= 0)) {
        plain.append(c);
      } else {
        plain.append(String.format("~%04x", (int) c));
      }
    }
    return plain.toString();
  }

  /**
   * How to find entries without their keys.
   *
   * @param pattern a glob that every hash of the cache matches
   * @param key the key of a hash; empty = it is none of the cache's
   * @param <K> type of keys
   */
  record Listing<K>(String pattern, Function<String, Optional<K>> key) {}
}

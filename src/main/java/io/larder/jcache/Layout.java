package io.larder.jcache;

import java.util.Optional;

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

  /** A glob that every hash of this cache matches. */
  String pattern();

  /** The cache's key of a hash; empty = it is none of this cache's. */
  Optional<K> keyOf(String hash);

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
}

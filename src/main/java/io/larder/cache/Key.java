package io.larder.cache;

import java.nio.charset.StandardCharsets;

/**
 * Names one value.
 *
 * @param type the cache type, which its time to live and its figures go by, such as {@code chat}
 * @param name unique over all types, 1 to 256 bytes in UTF-8; becomes part of a Valkey key
 */
public record Key(String type, String name) {
  private static final int BYTES_MAX = 256;

  public Key {
    int bytes = name.getBytes(StandardCharsets.UTF_8).length;
    if (bytes < 1 || bytes > BYTES_MAX) {
      throw new IllegalArgumentException("a key's name is 1 to " + BYTES_MAX + " bytes: " + bytes);
    }
  }

  /** Keys are the same if their names are: a name is unique over all types. */
  @Override
  public boolean equals(Object other) {
    return other instanceof Key key && key.name.equals(name);
  }

  @Override
  public int hashCode() {
    return name.hashCode();
  }
}

package io.larder.cache;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * What values are filed under, to be invalidated together.
 *
 * @param name unique in its kind, 1 to {@value #NAME_BYTES_MAX} bytes in UTF-8
 */
public record Label(Kind kind, String name) {
  static final int NAME_BYTES_MAX = 1024;

  /** On every value. */
  public static final Label EVERYTHING = new Label(Kind.ALL, "*");

  /** What a label tells of a value. */
  public enum Kind {
    /** That it is one. */
    ALL,
    /** The cache type. */
    TYPE,
    /** The model that answered. */
    MODEL,
    /** The provider that answered. */
    PROVIDER,
    /** The user who was first to ask, as {@code tenant/user}. */
    USER,
    /** The part of the cache that a caller has set apart. */
    NAMESPACE,
    /** What a caller has written on it. */
    TAG
  }

  public Label {
    int bytes = name.getBytes(StandardCharsets.UTF_8).length;
    if (bytes < 1 || bytes > NAME_BYTES_MAX) {
      throw new IllegalArgumentException(
          "a label's name is 1 to " + NAME_BYTES_MAX + " bytes, was " + bytes);
    }
  }

  /**
   * The label with that text.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static Label parse(String text) {
    int colon = text.indexOf(':');
    if (colon < 0) {
      throw new IllegalArgumentException("no label: " + text);
    }
    return new Label(
        Kind.valueOf(text.substring(0, colon).toUpperCase(Locale.ROOT)), text.substring(colon + 1));
  }

  /** The kind in lower case, a colon, and the name; part of Valkey keys. */
  @Override
  public String toString() {
    return kind.name().toLowerCase(Locale.ROOT) + ":" + name;
  }
}

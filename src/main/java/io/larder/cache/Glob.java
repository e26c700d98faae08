package io.larder.cache;

import java.util.regex.Pattern;

/**
 * Patterns of names as Valkey's {@code SCAN … MATCH} has them, less sets of characters: {@code *}
 * is any text, {@code ?} one character, {@code \\} takes the next one as it is.
 */
public final class Glob {
  private static final int LENGTH_MAX = 256;
  private static final Pattern EVERYTHING = Pattern.compile("[*?]+");

  private Glob() {}

  /**
   * Checks a pattern.
   *
   * @throws IllegalArgumentException if it is none, or matches everything
   */
  public static void check(String glob) {
    if (glob.isBlank() || glob.length() > LENGTH_MAX) {
      throw new IllegalArgumentException("a pattern is 1 to " + LENGTH_MAX + " characters");
    }
    if (EVERYTHING.matcher(glob).matches()) {
      throw new IllegalArgumentException(
          "this pattern matches everything; DELETE /api/cache does that, and at once");
    }
    if (glob.chars().anyMatch(c -> c == '[' || c == ']' || c == '{' || c == '}')) {
      throw new IllegalArgumentException("a pattern has no brackets and no braces");
    }
  }

  static Pattern pattern(String glob) {
    var regex = new StringBuilder();
    for (int i = 0; i < glob.length(); i++) {
      char c = glob.charAt(i);
      switch (c) {
        case '*' -> regex.append(".*");
        case '?' -> regex.append('.');
        case '\\' -> {
          i++;
          regex.append(i < glob.length() ? Pattern.quote(glob.substring(i, i + 1)) : "");
        }
        default -> regex.append(Pattern.quote(String.valueOf(c)));
      }
    }
    return Pattern.compile(regex.toString(), Pattern.DOTALL);
  }
}

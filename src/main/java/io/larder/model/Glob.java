package io.larder.model;

/**
 * A pattern for names of models, in which {@code *} stands for any text and {@code ?} for one
 * character. Matching takes at most the length of the pattern times that of the name, whatever they
 * are: a regular expression of a few stars takes minutes for some names.
 *
 * @see <a href="https://research.swtch.com/glob">R. Cox, Glob Matching Can Be Simple And Fast
 *     Too</a>
 */
public record Glob(String text) {
  /** Whether a name is one of those meant. */
  public boolean matches(String name) {
    return matches(name, Glob::isMatch);
  }

  /**
   * Whether every name that the other matches is matched by this one. It is so where this matches
   * the other's text, whose stars only a star may take in; for some pairs of which it is so by
   * other means the answer is no all the same.
   */
  public boolean covers(Glob other) {
    return matches(other.text, Glob::isCovering);
  }

  /** Whether one character of the pattern, not a star, stands for one of the name. */
  private interface Match {
    boolean of(char pattern, char found);
  }

  private boolean matches(String name, Match match) {
    int at = 0;
    int in = 0;
    int star = -1;
    int retry = 0;
    while (in < name.length()) {
      if (at < text.length() && text.charAt(at) == '*') {
        star = at++;
        retry = in;
      } else if (at < text.length() && match.of(text.charAt(at), name.charAt(in))) {
        at++;
        in++;
      } else if (star >= 0) {
        // the last star takes one character more; those before it need not
        at = star + 1;
        in = ++retry;
      } else {
        return false;
      }
    }
    while (at < text.length() && text.charAt(at) == '*') {
      at++;
    }
    return at == text.length();
  }

  private static boolean isMatch(char pattern, char found) {
    return pattern == '?' || pattern == found;
  }

  /** A star of the other may stand for more than the one character of a mark. */
  private static boolean isCovering(char pattern, char found) {
    return pattern == '?' ? found != '*' : pattern == found;
  }
}

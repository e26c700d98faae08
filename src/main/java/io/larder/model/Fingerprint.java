package io.larder.model;

import java.util.regex.Pattern;

/**
 * The name of an answer: equal for requests that ask the same.
 *
 * @param hex a SHA-256 as 64 lower-case hexadecimal digits
 */
public record Fingerprint(String hex) {
  private static final Pattern FORM = Pattern.compile("[0-9a-f]{64}");

  public Fingerprint {
    if (!FORM.matcher(hex).matches()) {
      throw new IllegalArgumentException("a fingerprint is 64 hexadecimal digits, was " + hex);
    }
  }
}

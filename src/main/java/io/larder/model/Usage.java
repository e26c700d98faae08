package io.larder.model;

/**
 * Tokens that one answer cost.
 *
 * @param input tokens of the prompt, 0 when unknown
 * @param output tokens of the answer, 0 when unknown
 */
public record Usage(long input, long output) {
  /** What an answer cost whose provider did not say. */
  public static final Usage UNKNOWN = new Usage(0, 0);

  public Usage {
    if (input < 0 || output < 0) {
      throw new IllegalArgumentException("tokens must be 0 or more, were " + input + ", " + output);
    }
  }

  /** All tokens. */
  public long total() {
    return input + output;
  }
}

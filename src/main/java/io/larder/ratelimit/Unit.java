package io.larder.ratelimit;

/** What a policy counts. */
public enum Unit {
  /** Requests, hits included. */
  REQUESTS("requests"),
  /** Tokens that a provider takes in and gives out; hits cost none. */
  TOKENS("tokens"),
  /** Tokens that a provider takes in. */
  INPUT_TOKENS("input-tokens"),
  /** Tokens that a provider gives out. */
  OUTPUT_TOKENS("output-tokens"),
  /** Requests being answered at the same time. */
  CONCURRENT("concurrent");

  private final String word;

  Unit(String word) {
    this.word = word;
  }

  /** The unit as policies and answers name it. */
  public String word() {
    return word;
  }

  /** Whether it counts tokens. */
  public boolean isTokens() {
    return this == TOKENS || this == INPUT_TOKENS || this == OUTPUT_TOKENS;
  }
}

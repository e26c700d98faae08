package io.larder.inference;

import java.time.Duration;

/** The call to a provider that this request had joined takes too long. */
public final class TooSlow extends RuntimeException {
  private static final long serialVersionUID = 1L;

  TooSlow(Duration waited) {
    super(
        "an equal request was under way, and gave no answer in " + waited.toSeconds() + " s",
        null,
        false,
        false);
  }
}

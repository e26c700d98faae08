package io.larder.talk;

import java.time.Duration;
import java.util.Optional;

/** The provider has answered with an error, which is the caller's to see. */
public final class ProviderRefused extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final transient Optional<Duration> retryAfter;

  ProviderRefused(int status, String message, Optional<Duration> retryAfter) {
    super(message, null, false, false);
    this.status = status;
    this.retryAfter = retryAfter;
  }

  /** When to try again, if the provider says so in seconds. */
  public Optional<Duration> retryAfter() {
    return retryAfter;
  }

  /** The provider's status, 400 to 599. */
  public int status() {
    return status;
  }
}

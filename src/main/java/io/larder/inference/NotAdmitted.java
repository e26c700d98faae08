package io.larder.inference;

/** Limits do not let a request go on. */
public abstract sealed class NotAdmitted extends RuntimeException
    permits LimitExceeded, LimitsUnavailable {
  private static final long serialVersionUID = 1L;

  NotAdmitted(String message) {
    super(message, null, false, false);
  }
}

package io.larder.provider;

import java.io.IOException;

/** A provider has not answered, or not to the end. An answer with an error status is no failure. */
public final class ProviderFailure extends IOException {
  private static final long serialVersionUID = 1L;

  private final Kind kind;

  /** How it failed. */
  public enum Kind {
    /** No connection could be made. */
    UNREACHABLE,
    /** Connected, but nothing came in time. */
    TIMED_OUT,
    /** The answer broke off. */
    CUT,
    /** All connections that may be open to it are in use. */
    BUSY
  }

  ProviderFailure(Kind kind, String provider, String message) {
    super("provider " + provider + " " + message);
    this.kind = kind;
  }

  /** How it failed. */
  public Kind kind() {
    return kind;
  }
}

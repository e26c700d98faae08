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
    /** The answer broke off, before its header fields or after, or was none. */
    CUT,
    /** All connections that may be open to it are in use; nothing was sent. */
    BUSY,
    /** It has failed so often of late that its breaker keeps requests away; nothing was sent. */
    OPEN
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

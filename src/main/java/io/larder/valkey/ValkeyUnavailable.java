package io.larder.valkey;

/**
 * Valkey gave no usable answer: unreachable, too slow, full, loading, or kept away by the breaker.
 */
public final class ValkeyUnavailable extends RuntimeException {
  private static final long serialVersionUID = 1L;

  ValkeyUnavailable(String message) {
    // on the path of every request while the breaker is open: no stack trace
    super(message, null, false, false);
  }

  /** A reply that came, but makes no sense. */
  public static ValkeyUnavailable garbage(String what) {
    return new ValkeyUnavailable("valkey answered garbage: " + what);
  }

  ValkeyUnavailable(String message, Throwable cause) {
    super(message, cause);
  }
}

package io.larder.valkey;

/**
 * Valkey gave no usable answer: unreachable, too slow, full, loading, or kept away by the breaker.
 */
public final class ValkeyUnavailable extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final boolean isRefusal;

  ValkeyUnavailable(String message) {
    // on the path of every request while the breaker is open: no stack trace
    super(message, null, false, false);
    this.isRefusal = false;
  }

  /** A reply that came, but makes no sense. */
  public static ValkeyUnavailable garbage(String what) {
    return new ValkeyUnavailable("valkey answered garbage: " + what);
  }

  ValkeyUnavailable(String message, Throwable cause) {
    this(message, cause, false);
  }

  private ValkeyUnavailable(String message, Throwable cause, boolean isRefusal) {
    super(message, cause);
    this.isRefusal = isRefusal;
  }

  /** Whether the connection was lost, so that the same command may do if it is sent again. */
  public boolean mayPass() {
    return Failures.mayPass(getCause());
  }

  /** It serves, but has answered this command with an error. */
  static ValkeyUnavailable refusal(String message, Throwable cause) {
    return new ValkeyUnavailable(message, cause, true);
  }

  /**
   * Whether it serves, but has refused this command: it is full and takes nothing more, say. What
   * it has can be read.
   */
  public boolean isRefusal() {
    return isRefusal;
  }
}

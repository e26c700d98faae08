package io.larder.talk;

/** The provider has answered with an error, which is the caller's to see. */
public final class ProviderRefused extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;

  ProviderRefused(int status, String message) {
    super(message, null, false, false);
    this.status = status;
  }

  /** The provider's status, 400 to 599. */
  public int status() {
    return status;
  }
}

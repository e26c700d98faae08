package io.larder.inference;

/** Nobody knows what is left of a limit, and the operator wants nobody to go on then. */
public final class LimitsUnavailable extends NotAdmitted {
  private static final long serialVersionUID = 1L;

  /** Valkey is out of reach, and {@code larder.limits.on-outage} is {@code closed}. */
  public LimitsUnavailable() {
    super(
        "limits cannot be checked: Valkey is out of reach, and larder.limits.on-outage is closed");
  }
}

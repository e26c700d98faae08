package io.larder.wire;

import java.util.Optional;

/** The caller's mistake; the message says what is wrong with which part of the request. */
public final class BadRequest extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String param;

  /**
   * A mistake.
   *
   * @param param the member that is wrong; empty = the whole
   */
  public BadRequest(String param, String message) {
    super(message);
    this.param = param;
  }

  /** The member of the request that is wrong, unless it is the whole. */
  public Optional<String> param() {
    return param.isEmpty() ? Optional.empty() : Optional.of(param);
  }
}

package io.larder.api;

import io.larder.model.Caller;
import java.util.Optional;

/** Who sends a request. */
sealed interface Sender {
  /**
   * Somebody who may go on.
   *
   * @param session by which the caller is known; empty = not by one
   */
  record Known(Caller caller, Optional<Sessions.Session> session) implements Sender {}

  /** Somebody who may not, or nobody. */
  record Refused(ApiError error) implements Sender {}
}

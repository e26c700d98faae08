package io.larder.ratelimit;

import java.time.Duration;
import java.util.List;

/** What the limiter answered. A refusal is an answer, not an error. */
public sealed interface Decision {
  /** What is left of each policy that was asked for, in that order; empty if it is not known. */
  List<Left> left();

  /** Go on. */
  record Admitted(List<Left> left) implements Decision {
    public Admitted {
      left = List.copyOf(left);
    }
  }

  /**
   * Not now; nothing was counted.
   *
   * @param violated the policy that keeps the request longest
   * @param retryAfter time until that policy admits it, if nobody else comes first; never zero
   */
  record Refused(Policy violated, Duration retryAfter, List<Left> left) implements Decision {
    public Refused {
      left = List.copyOf(left);
    }
  }
}

package io.larder.guard;

import java.time.Duration;
import java.util.function.LongSupplier;

/** The moment until which a call, its retries included, may take. */
public final class Deadline {
  private final LongSupplier nanoTime;
  private final long end;

  private Deadline(LongSupplier nanoTime, long end) {
    this.nanoTime = nanoTime;
    this.end = end;
  }

  /**
   * A deadline that far from now.
   *
   * @param nanoTime a monotonic clock, such as {@code System::nanoTime}
   */
  public static Deadline in(Duration time, LongSupplier nanoTime) {
    return new Deadline(nanoTime, nanoTime.getAsLong() + time.toNanos());
  }

  /** Whether it is still to come. */
  public boolean isAhead() {
    return leaves(Duration.ofNanos(1));
  }

  /** Whether at least that much time is left. */
  public boolean leaves(Duration time) {
    return end - nanoTime.getAsLong() >= time.toNanos();
  }
}

package it;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Waits for what other processes do in their own time, and gives up after a bound. */
public final class Await {
  private static final long POLL_MILLIS = 10;

  private Await() {}

  /** Returns as soon as the condition holds; fails after half a minute. */
  public static void until(String what, BooleanSupplier reached) {
    until(what, Duration.ofSeconds(30), reached);
  }

  /**
   * Returns as soon as the condition holds.
   *
   * @param what is waited for, for the message
   * @param reached may fail to reach a process; that counts as not yet
   */
  public static void until(String what, Duration max, BooleanSupplier reached) {
    long end = System.nanoTime() + max.toNanos();
    UncheckedIOException last = null;
    do {
      try {
        if (reached.getAsBoolean()) {
          return;
        }
      } catch (UncheckedIOException notYet) {
        last = notYet;
      }
      try {
        TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
      } catch (InterruptedException stopped) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while waiting until " + what, stopped);
      }
    } while (System.nanoTime() < end);
    throw new IllegalStateException("not within " + max + ": " + what, last);
  }

  /** Whether something holds each time it is asked, over and over, for so long. */
  public static boolean holds(Duration time, BooleanSupplier works) {
    long end = System.nanoTime() + time.toNanos();
    while (System.nanoTime() < end) {
      if (!works.getAsBoolean()) {
        return false;
      }
    }
    return true;
  }

  /** Fails as soon as the condition does not hold any more; returns after that time. */
  public static void during(Duration time, BooleanSupplier holds) {
    long end = System.nanoTime() + time.toNanos();
    do {
      if (!holds.getAsBoolean()) {
        throw new IllegalStateException("did not hold for " + time);
      }
      try {
        TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
      } catch (InterruptedException stopped) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted", stopped);
      }
    } while (System.nanoTime() < end);
  }
}

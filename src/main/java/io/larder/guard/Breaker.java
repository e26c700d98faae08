package io.larder.guard;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;

/**
 * Keeps calls away from a target that fails: closed, open, half-open, after Nygard, <i>Release
 * It!</i>. Lock-free; a call costs one volatile read while closed.
 *
 * <p>Closed, it opens after {@code failuresMax} failures in a row. Open, it refuses for {@code
 * pause}, then lets one trial through; the trial's outcome closes it or opens it again, each time
 * for twice as long up to {@code pauseMax}. A trial may take long, such as an answer that a model
 * writes for minutes: after each further {@code pause} without an outcome another one goes.
 */
public final class Breaker {
  /** What a breaker does with calls. */
  public enum State {
    /** Lets every call through. */
    CLOSED,
    /** Lets one trial through at a time and refuses the rest until an outcome is known. */
    HALF_OPEN,
    /** Refuses every call. */
    OPEN
  }

  private final int failuresMax;
  private final Duration pause;
  private final Duration pauseMax;
  private final LongSupplier nanoTime;
  private final AtomicReference<Phase> phase = new AtomicReference<>(new Closed(0));
  private final AtomicLong opened = new AtomicLong();

  private sealed interface Phase {}

  private record Closed(int failures) implements Phase {}

  private record Open(long until, Duration pause) implements Phase {}

  private record HalfOpen(long until, Duration pause) implements Phase {}

  /**
   * A closed breaker.
   *
   * @param failuresMax failures in a row that open it, 1 or more
   * @param pause how long it refuses the first time, above zero
   * @param pauseMax how long it refuses at most, {@code pause} or more
   * @param nanoTime a monotonic clock, such as {@code System::nanoTime}
   */
  public Breaker(int failuresMax, Duration pause, Duration pauseMax, LongSupplier nanoTime) {
    if (failuresMax < 1) {
      throw new IllegalArgumentException("failuresMax must be 1 or more, was " + failuresMax);
    }
    if (pause.isZero() || pause.isNegative() || pauseMax.compareTo(pause) < 0) {
      throw new IllegalArgumentException(
          "pause must be above zero and at most pauseMax, were " + pause + ", " + pauseMax);
    }
    this.failuresMax = failuresMax;
    this.pause = pause;
    this.pauseMax = pauseMax;
    this.nanoTime = nanoTime;
  }

  /**
   * Whether a call may go to the target. Whoever is told yes reports the outcome with {@link
   * #succeeded}, {@link #failed} or {@link #withdrew}.
   */
  public boolean allows() {
    return switch (now()) {
      case Closed closed -> true;
      case HalfOpen trial -> isOver(trial.until()) && tries(trial, trial.pause());
      case Open open -> isOver(open.until()) && tries(open, open.pause());
    };
  }

  private boolean isOver(long until) {
    return nanoTime.getAsLong() - until >= 0;
  }

  private boolean tries(Phase before, Duration pause) {
    return phase.compareAndSet(before, new HalfOpen(nanoTime.getAsLong() + pause.toNanos(), pause));
  }

  /**
   * Whether a call would be refused now. Allows none, so it may be asked before waiting for what
   * else the call needs.
   */
  public boolean refuses() {
    return switch (now()) {
      case Closed closed -> false;
      case HalfOpen trial -> !isOver(trial.until());
      case Open open -> !isOver(open.until());
    };
  }

  /** A call that was allowed has got its answer. */
  public void succeeded() {
    var now = now();
    // an answer to a call from before the opening says nothing of the target now
    boolean closes =
        now instanceof HalfOpen || (now instanceof Closed closed && closed.failures() > 0);
    if (closes) {
      phase.compareAndSet(now, new Closed(0));
    }
  }

  /** A call that was allowed has failed, or has got no answer in time. */
  public void failed() {
    while (true) {
      var now = now();
      var next =
          switch (now) {
            case Open open -> open;
            case HalfOpen halfOpen -> open(longer(halfOpen.pause()));
            case Closed closed when closed.failures() + 1 >= failuresMax -> open(pause);
            case Closed closed -> new Closed(closed.failures() + 1);
          };
      if (phase.compareAndSet(now, next)) {
        if (next instanceof Open && !(now instanceof Open)) {
          opened.incrementAndGet();
        }
        return;
      }
    }
  }

  /** A call that was allowed has ended without telling anything of the target. */
  public void withdrew() {
    // a trial without an outcome: the next call is the trial
    if (now() instanceof HalfOpen trial) {
      phase.compareAndSet(trial, new Open(nanoTime.getAsLong(), trial.pause()));
    }
  }

  /** The state now. An open breaker whose pause is over stays open until a call asks. */
  public State state() {
    return switch (now()) {
      case Closed closed -> State.CLOSED;
      case HalfOpen halfOpen -> State.HALF_OPEN;
      case Open open -> State.OPEN;
    };
  }

  /** How often it has opened since it was made. */
  public long opened() {
    return opened.get();
  }

  private Phase now() {
    return Objects.requireNonNull(phase.get());
  }

  private Open open(Duration forHowLong) {
    return new Open(nanoTime.getAsLong() + forHowLong.toNanos(), forHowLong);
  }

  private Duration longer(Duration before) {
    var twice = before.multipliedBy(2);
    return twice.compareTo(pauseMax) > 0 ? pauseMax : twice;
  }
}

package io.larder.inference;

import io.larder.guard.Deadline;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;

/** Answers that go on though their clients have left: so many at once, each for so long. */
final class Detached {
  private final Semaphore free;
  private final Duration timeMax;

  Detached(int countMax, Duration timeMax) {
    this.free = new Semaphore(countMax);
    this.timeMax = timeMax;
  }

  /** One answer without a client. */
  final class Stay implements AutoCloseable {
    private final boolean allowed;
    private final Deadline deadline;
    private final AtomicBoolean closed = new AtomicBoolean();

    private Stay(boolean allowed) {
      this.allowed = allowed;
      this.deadline = Deadline.in(timeMax, System::nanoTime);
    }

    /** Whether it has to end. */
    boolean isOver() {
      return !allowed || !deadline.isAhead();
    }

    /** It has ended, or a client has come back. */
    @Override
    public void close() {
      if (allowed && closed.compareAndSet(false, true)) {
        free.release();
      }
    }
  }

  Stay begin() {
    return new Stay(free.tryAcquire());
  }
}

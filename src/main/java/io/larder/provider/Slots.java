package io.larder.provider;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** How many requests a provider may have at once; those beyond wait in a fair, bounded queue. */
final class Slots {
  private final int count;
  private final int queueMax;
  private final Duration queueWait;
  private final Semaphore free;
  private final AtomicInteger queued = new AtomicInteger();

  /** One request's place; given back once, however often it is closed. */
  final class Slot implements AutoCloseable {
    private final AtomicBoolean closed = new AtomicBoolean();

    @Override
    public void close() {
      if (closed.compareAndSet(false, true)) {
        free.release();
      }
    }
  }

  /**
   * Free slots.
   *
   * @param count how many, 1 or more
   * @param queueMax how many requests may wait for one, 0 or more
   * @param queueWait how long each may wait
   */
  Slots(int count, int queueMax, Duration queueWait) {
    this.count = count;
    this.queueMax = queueMax;
    this.queueWait = queueWait;
    this.free = new Semaphore(count, true);
  }

  /**
   * Takes a slot, in turn.
   *
   * @return nothing when the queue is full or the wait is over
   * @throws InterruptedException if the thread is to stop
   */
  Optional<Slot> take() throws InterruptedException {
    // the plain tryAcquire() would overtake those who wait
    if (free.tryAcquire(0, TimeUnit.NANOSECONDS)) {
      return Optional.of(new Slot());
    }
    try {
      boolean taken =
          queued.incrementAndGet() <= queueMax
              && free.tryAcquire(queueWait.toNanos(), TimeUnit.NANOSECONDS);
      return taken ? Optional.of(new Slot()) : Optional.empty();
    } finally {
      queued.decrementAndGet();
    }
  }

  /** How many are taken. */
  int taken() {
    return count - free.availablePermits();
  }

  /** How many requests wait for one. */
  int queued() {
    return Math.min(queued.get(), queueMax);
  }
}

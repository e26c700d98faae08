package io.larder.guard;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/**
 * Cuts off what takes too long: one thread looks at all that is being waited for, every {@link
 * #INTERVAL}. Waiting with a timeout costs a virtual thread a timer each time, set and cancelled by
 * another thread; this costs it a volatile write.
 */
public final class Watch implements AutoCloseable {
  /** How often the thread looks, and so by how much a cut may be late. */
  public static final Duration INTERVAL = Duration.ofMillis(20);

  private final Set<Lease> leases = ConcurrentHashMap.newKeySet();
  private final LongSupplier nanoTime;
  private volatile boolean closed;

  private enum State {
    OPEN,
    CLOSED,
    EXPIRED
  }

  /** Something that is being waited for. */
  public final class Lease implements AutoCloseable {
    private final Runnable cut;
    private final AtomicReference<State> state = new AtomicReference<>(State.OPEN);
    private volatile long end;

    private Lease(Duration time, Runnable cut) {
      this.cut = cut;
      renew(time);
    }

    /** Allows it that much time from now. */
    public void renew(Duration time) {
      end = nanoTime.getAsLong() + time.toNanos();
    }

    /** Whether it was cut off. */
    public boolean hasExpired() {
      return state.get() == State.EXPIRED;
    }

    /** Cuts it off, unless it is waited for no more. */
    private void expire() {
      leases.remove(this);
      if (state.compareAndSet(State.OPEN, State.EXPIRED)) {
        cut.run();
      }
    }

    /** It is waited for no more; if it has not expired by now, it never will. */
    @Override
    public void close() {
      leases.remove(this);
      state.compareAndSet(State.OPEN, State.CLOSED);
    }
  }

  /**
   * A watch that nobody looks at yet.
   *
   * @param nanoTime a monotonic clock
   */
  Watch(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /**
   * Starts a watch and its thread.
   *
   * @param name of the thread
   */
  public static Watch start(String name) {
    var watch = new Watch(System::nanoTime);
    Thread.ofPlatform().daemon().name(name).start(watch::run);
    return watch;
  }

  /**
   * Watches something.
   *
   * @param time how long it may take, until renewed
   * @param cut ends the waiting; runs on the watch's thread, so it must not wait itself
   */
  public Lease over(Duration time, Runnable cut) {
    var lease = new Lease(time, cut);
    leases.add(lease);
    return lease;
  }

  /** How much is being waited for. */
  public int size() {
    return leases.size();
  }

  /** Ends the thread; nothing is cut off any more. */
  @Override
  public void close() {
    closed = true;
  }

  void look() {
    long now = nanoTime.getAsLong();
    for (var lease : leases) {
      if (now - lease.end >= 0) {
        lease.expire();
      }
    }
  }

  private void run() {
    while (!closed) {
      LockSupport.parkNanos(INTERVAL.toNanos());
      look();
    }
  }
}

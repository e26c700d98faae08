package io.larder.cached;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Calls of methods that are under way on this node, one per key, for others to wait for. */
final class Flights {
  /** Longest that anybody waits for somebody else's call; then they call by themselves. */
  static final Duration WAIT_MAX = Duration.ofMinutes(1);

  private final ConcurrentHashMap<Name, Flight> flights = new ConcurrentHashMap<>();
  private final AtomicLong ended = new AtomicLong();
  private final AtomicLong era = new AtomicLong();
  private final LongSupplier nanoTime;

  Flights(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** Calls of another era began before something was invalidated here. */
  private record Name(String key, long era) {}

  /**
   * What a call has brought.
   *
   * @param bytes of the result; empty = it cannot be shared
   * @param left how long it is good; zero = it is not kept
   */
  record Landing(Optional<byte[]> bytes, Duration left) {
    static final Landing NOTHING = new Landing(Optional.empty(), Duration.ZERO);

    boolean isKept() {
      return left.isPositive();
    }
  }

  /** One call. */
  static final class Flight {
    private final Name name;
    private final long begun;
    private final CompletableFuture<Landing> landing = new CompletableFuture<>();
    private volatile @Nullable Thread caller = Thread.currentThread();

    private Flight(Name name, long begun) {
      this.name = name;
      this.begun = begun;
    }

    /** Completes with what the call brings, or with what it throws. */
    CompletableFuture<Landing> landing() {
      return landing;
    }

    /**
     * Waits for what the call brings; empty = not in time.
     *
     * @throws Exception what the call has thrown
     */
    Optional<Landing> await() throws Exception {
      try {
        return Optional.of(landing.get(WAIT_MAX.toMillis(), TimeUnit.MILLISECONDS));
      } catch (ExecutionException failed) {
        switch (failed.getCause()) {
          case Exception exception -> throw exception;
          case Error error -> throw error;
          case null, default -> throw failed;
        }
      } catch (TimeoutException tooLong) {
        return Optional.empty();
      } catch (InterruptedException stopped) {
        Thread.currentThread().interrupt();
        return Optional.empty();
      }
    }

    /** Whether this very thread is in the call: to wait for oneself is to wait forever. */
    boolean isMine() {
      return Thread.currentThread().equals(caller);
    }

    /** The method has returned; its stage may still be under way. */
    void returned() {
      caller = null;
    }
  }

  /**
   * A place in the call for a key.
   *
   * @param leads whether it is one's own to make
   */
  record Place(Flight flight, boolean leads) {}

  /** Joins the call for a key, or begins one. */
  Place board(String key) {
    var name = new Name(key, era.get());
    var mine = new Flight(name, nanoTime.getAsLong());
    var flight = flights.merge(name, mine, (there, one) -> isOverdue(there) ? one : there);
    return new Place(flight, flight.equals(mine));
  }

  private boolean isOverdue(Flight flight) {
    return nanoTime.getAsLong() - flight.begun > WAIT_MAX.toNanos();
  }

  /** Ends a call, after its result is kept. */
  void land(Flight flight, Landing landing) {
    end(flight);
    flight.landing.complete(landing);
  }

  /** Ends a call that threw. */
  void fail(Flight flight, Throwable failure) {
    end(flight);
    flight.landing.completeExceptionally(failure);
  }

  private void end(Flight flight) {
    // counted before it leaves: who finds no call afterwards knows to look again
    ended.incrementAndGet();
    flights.remove(flight.name, flight);
  }

  /** Counts the calls that have ended. */
  long ended() {
    return ended.get();
  }

  /** Lets nobody join calls that have begun so far. */
  void renew() {
    era.incrementAndGet();
  }

  /** How many are under way. */
  int count() {
    return flights.size();
  }
}

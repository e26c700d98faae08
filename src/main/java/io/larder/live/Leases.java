package io.larder.live;

import io.larder.valkey.ValkeyUnavailable;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Collection;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Renews the leases of the flights that this node leads, so that others know that it lives. */
final class Leases implements AutoCloseable {
  /** A part of the connections: requests want some too. */
  private static final int AT_ONCE = 16;

  private static final Logger LOG = System.getLogger(Leases.class.getName());

  private final SharedLogs logs;
  private final Collection<Flight> flights;
  private final Consumer<Flight> followed;
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("larder-leases").factory());

  /**
   * Leases of the flights that are in that collection at the time.
   *
   * @param lease how long a lead lasts that nobody renews; renewed three times as often
   * @param followed told of a flight that other nodes want to see
   */
  Leases(SharedLogs logs, Collection<Flight> flights, Duration lease, Consumer<Flight> followed) {
    this.logs = logs;
    this.flights = flights;
    this.followed = followed;
    long interval = lease.toMillis() / 3;
    var unused = clock.scheduleAtFixedRate(this::renew, interval, interval, TimeUnit.MILLISECONDS);
  }

  /** Renews all, several at a time: thousands in a row would take longer than a lease lasts. */
  private void renew() {
    var due = new ConcurrentLinkedQueue<Flight>();
    for (var flight : flights) {
      if (flight.leads() && flight.isShared() && flight.isClaimed()) {
        due.add(flight);
      }
    }
    if (due.isEmpty()) {
      return;
    }
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < Math.min(AT_ONCE, due.size()); i++) {
        threads.execute(() -> renewAll(due));
      }
    } catch (RuntimeException failed) {
      // whatever it is: a clock that stops loses the leases of all flights
      LOG.log(Level.DEBUG, "leases not renewed: {0}", failed.getMessage());
    }
  }

  private void renewAll(Queue<Flight> due) {
    for (var flight = due.poll(); flight != null; flight = due.poll()) {
      try {
        renew(flight);
      } catch (RuntimeException failed) {
        LOG.log(Level.DEBUG, "lease of {0} not renewed: {1}", flight, failed.getMessage());
      }
    }
  }

  private void renew(Flight flight) {
    flight.lease().lock();
    try {
      if (flight.hasEnded()) {
        return;
      }
      switch (logs.renew(flight.id())) {
        case LOST -> flight.shareNoMore();
        case FOLLOWED -> {
          flight.followedElsewhere(true);
          followed.accept(flight);
        }
        case ALONE -> flight.followedElsewhere(false);
      }
    } finally {
      flight.lease().unlock();
    }
  }

  /**
   * Gives a lead back; if the store does not answer, it runs out.
   *
   * @return false if other nodes follow and that was not wanted
   */
  boolean release(Flight flight, boolean evenIfFollowed) {
    flight.lease().lock();
    try {
      return !flight.isShared() || logs.release(flight.id(), evenIfFollowed);
    } catch (ValkeyUnavailable down) {
      LOG.log(Level.DEBUG, "lead of {0} not given back: {1}", flight, down.getMessage());
      return true;
    } finally {
      flight.lease().unlock();
    }
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }
}

package io.larder.live;

import io.larder.valkey.ValkeyUnavailable;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * Shows the events of flights that this node leads to others. What comes while the store takes the
 * last records makes up the next ones, so that a slow store gets fewer and larger ones.
 */
final class Showing {
  /** Bytes of one record, about. */
  private static final int RECORD_BYTES = 256 * 1024;

  private static final Duration PAUSE = Duration.ofMillis(250);

  /** A log whose leader dies vanishes so long after its last record. */
  private static final Duration LIFE = Duration.ofMinutes(10);

  /** Enough for all who follow to see the end. */
  private static final Duration LIFE_MIN = Duration.ofSeconds(30);

  /** How long after the end the store is waited for. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private static final Logger LOG = System.getLogger(Showing.class.getName());

  private final SharedLogs logs;
  private final Records records;
  private final Leases leases;
  private final Duration retention;

  /**
   * Shows flights of a node.
   *
   * @param retention how long the log of an answer that is not in the cache can be seen
   */
  Showing(SharedLogs logs, Records records, Leases leases, Duration retention) {
    this.retention = retention;
    this.logs = logs;
    this.records = records;
    this.leases = leases;
  }

  /** Shows a flight to its end, then gives the lead back. */
  void run(Flight flight) {
    try {
      show(flight);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    } finally {
      var unused = leases.release(flight, true);
    }
  }

  private void show(Flight flight) throws InterruptedException {
    int seen = 0;
    long next = 1;
    boolean ended = false;
    while (!ended) {
      var view = flight.log().await(seen);
      var events = new ArrayList<Records.Event>();
      if (seen == 0) {
        flight.log().head().ifPresent(head -> events.add(new Records.Event.Opened(head)));
      }
      events.addAll(batches(view.parts()));
      view.outcome().ifPresent(outcome -> events.add(new Records.Event.Ended(outcome)));
      if (!append(flight, next, events, view.outcome())) {
        return;
      }
      next += events.size();
      seen += view.parts().size();
      ended = view.outcome().isPresent();
    }
  }

  private static List<Records.Event> batches(List<Part> parts) {
    var batches = new ArrayList<Records.Event>();
    int from = 0;
    int bytes = 0;
    for (int i = 0; i < parts.size(); i++) {
      bytes += parts.get(i).bytes().length;
      if (bytes >= RECORD_BYTES || i + 1 == parts.size()) {
        batches.add(new Records.Event.Came(parts.subList(from, i + 1)));
        from = i + 1;
        bytes = 0;
      }
    }
    return batches;
  }

  /** Writes until it is written; gives up once the flight has been over for a while. */
  private boolean append(
      Flight flight, long first, List<Records.Event> events, Optional<Outcome> end) {
    var encoded = new ArrayList<byte[]>(events.size());
    for (int i = 0; i < events.size(); i++) {
      encoded.add(records.encode(flight.id(), first + i, events.get(i)));
    }
    long over = 0;
    while (flight.isShared() && !Thread.currentThread().isInterrupted()) {
      try {
        if (end.isPresent()) {
          logs.appendLast(flight.id(), first, encoded, life(end.get()));
        } else {
          logs.append(flight.id(), first, encoded, LIFE);
        }
        return true;
      } catch (ValkeyUnavailable down) {
        over += flight.hasEnded() ? PAUSE.toNanos() : 0;
        if (over > PATIENCE.toNanos()) {
          LOG.log(Level.WARNING, "not shown to other nodes: {0}: {1}", flight, down.getMessage());
          return false;
        }
        LockSupport.parkNanos(PAUSE.toNanos());
      }
    }
    return false;
  }

  private Duration life(Outcome end) {
    boolean stored = end instanceof Outcome.Complete(boolean inCache) && inCache;
    return stored || retention.compareTo(LIFE_MIN) < 0 ? LIFE_MIN : retention;
  }
}

package io.larder.valkey;

import io.larder.guard.Breaker;
import io.larder.telemetry.ServerFigure;
import io.larder.telemetry.ValkeyFigures;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.exceptions.JedisDataException;

/**
 * What the servers of a store said of themselves the last time that they were asked, for figures:
 * whoever reads these must not wait for a store.
 */
final class Census {
  /** As often as monitoring usually reads figures. */
  static final long PAUSE_SECONDS = 15;

  private static final Logger LOG = System.getLogger(Census.class.getName());

  private final String store;
  private final Valkey valkey;
  private volatile @Nullable Occupancy last;
  // of the thread that asks only
  private boolean refused;

  Census(String store, Valkey valkey) {
    this.store = store;
    this.valkey = valkey;
  }

  void publish(ValkeyFigures figures) {
    publish(figures, ServerFigure.MEMORY, Occupancy::memoryBytes);
    publish(figures, ServerFigure.MEMORY_MAX, Occupancy::memoryBytesMax);
    publish(figures, ServerFigure.EVICTED, Occupancy::evictedKeys);
    publish(figures, ServerFigure.KEYS, Occupancy::keys);
    publish(figures, ServerFigure.REPLICAS, Occupancy::replicas);
    publish(figures, ServerFigure.REPLICA_LAG, Occupancy::replicaLagSeconds);
  }

  private void publish(ValkeyFigures figures, ServerFigure figure, ToLongFunction<Occupancy> part) {
    figures.server(
        store,
        figure,
        () -> {
          var said = last;
          return said == null ? Double.NaN : part.applyAsLong(said);
        });
  }

  /**
   * Asks the servers, unless they are down or will not tell. A user without the right is not tried
   * again: each time would count as an error.
   */
  void ask() {
    if (refused || valkey.state() != Breaker.State.CLOSED) {
      last = null;
      return;
    }
    try {
      last = valkey.occupancy();
    } catch (ValkeyUnavailable failed) {
      last = null;
      if (failed.getCause() instanceof JedisDataException no
          && String.valueOf(no.getMessage()).startsWith("NOPERM")) {
        refused = true;
        LOG.log(Level.INFO, "valkey-{0} tells no figures: {1}", store, no.getMessage());
      }
    } catch (RuntimeException broken) {
      // whatever it is: a task that throws is not run again
      last = null;
      LOG.log(Level.DEBUG, "valkey-{0} tells no figures: {1}", store, broken.toString());
    }
  }
}

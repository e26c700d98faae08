package io.larder.access;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Notes when keys were last used: here at once, and once a minute, away from all requests, in the
 * store. What cannot be written then is written a minute later.
 */
final class Uses implements AutoCloseable {
  /** Keys noted between two writings; the use of more is not noted. */
  static final int KEYS_MAX = 10_000;

  private static final Logger LOG = System.getLogger(Uses.class.getName());

  private final KeyStore store;
  private final InstantSource clock;
  private final Map<String, Instant> last = new ConcurrentHashMap<>();
  private final ScheduledExecutorService writer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("larder-key-uses").factory());

  Uses(KeyStore store, InstantSource clock) {
    this.store = store;
    this.clock = clock;
    var unused = writer.scheduleWithFixedDelay(this::write, 1, 1, TimeUnit.MINUTES);
  }

  /** The key of that id is used now. */
  void note(String id) {
    if (last.size() < KEYS_MAX || last.containsKey(id)) {
      last.put(id, clock.instant());
    }
  }

  void write() {
    try {
      for (var use : new ArrayList<>(last.entrySet())) {
        store.used(use.getKey(), use.getValue());
        last.remove(use.getKey(), use.getValue());
      }
    } catch (RuntimeException down) {
      // whatever it is: a task that ends is never run again
      LOG.log(Level.DEBUG, "uses of keys wait: {0}", down.getMessage());
    }
  }

  /** Writes what is left. */
  @Override
  public void close() {
    writer.shutdown();
    try {
      if (writer.awaitTermination(1, TimeUnit.SECONDS)) {
        write();
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }
}

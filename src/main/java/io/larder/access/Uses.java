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
import java.util.function.BiConsumer;

/**
 * Notes when keys or sessions were last used: here at once, and once a minute, away from all
 * requests, in the store. What cannot be written then is written a minute later.
 */
final class Uses implements AutoCloseable {
  /** Names noted between two writings; the use of more is not noted. */
  static final int NAMES_MAX = 10_000;

  private static final Logger LOG = System.getLogger(Uses.class.getName());

  private final BiConsumer<String, Instant> store;
  private final InstantSource clock;
  private final Map<String, Instant> last = new ConcurrentHashMap<>();
  private final ScheduledExecutorService writer;

  /**
   * Uses.
   *
   * @param store notes when that of a name was used, if it is there still
   * @param thread the name of the one that writes
   */
  Uses(BiConsumer<String, Instant> store, InstantSource clock, String thread) {
    this.store = store;
    this.clock = clock;
    this.writer =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name(thread).factory());
    var unused = writer.scheduleWithFixedDelay(this::write, 1, 1, TimeUnit.MINUTES);
  }

  /** That of the name is used now. */
  void note(String name) {
    if (last.size() < NAMES_MAX || last.containsKey(name)) {
      last.put(name, clock.instant());
    }
  }

  void write() {
    try {
      for (var use : new ArrayList<>(last.entrySet())) {
        store.accept(use.getKey(), use.getValue());
        last.remove(use.getKey(), use.getValue());
      }
    } catch (RuntimeException down) {
      // whatever it is: a task that ends is never run again
      LOG.log(Level.DEBUG, "uses wait to be noted: {0}", down.getMessage());
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

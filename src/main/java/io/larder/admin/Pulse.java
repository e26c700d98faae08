package io.larder.admin;

import io.larder.api.Refusal;
import io.larder.cache.Figures;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Shows figures to all who watch, every second. One thread looks, once for all; each stream has a
 * virtual thread of its own, so that a slow client holds up nobody. Everybody's figures are looked
 * at now and then even if nobody watches, so that there is a history.
 */
final class Pulse implements AutoCloseable {
  private static final int BEATS_WITHOUT_VIEWERS = 10;
  private static final Logger LOG = System.getLogger(Pulse.class.getName());

  private final Live live;
  private final EventSettings settings;
  private final LongSupplier nanoTime;
  private final Set<Viewer> viewers = ConcurrentHashMap.newKeySet();
  // how many streams users have; guarded by itself
  private final Map<String, Integer> streams = new HashMap<>();
  private final ScheduledExecutorService ticker =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("larder-pulse").factory());
  // the server waits for open streams before it stops this package
  private final Thread farewell = new Thread(this::end, "larder-pulse-end");
  private volatile Map<String, String> said = Map.of();
  // of the ticker alone
  private int beats;

  Pulse(Live live, EventSettings settings, LongSupplier nanoTime) {
    this.live = live;
    this.settings = settings;
    this.nanoTime = nanoTime;
    listenForTheEnd();
    var unused = ticker.scheduleWithFixedDelay(this::beat, 0, 1, TimeUnit.SECONDS);
  }

  private void listenForTheEnd() {
    try {
      Runtime.getRuntime().addShutdownHook(farewell);
    } catch (IllegalStateException stopping) {
      // told to stop while it starts: nobody will watch
      LOG.log(Level.DEBUG, "the server stops already");
    }
  }

  /**
   * Begins to show figures.
   *
   * @param user whose stream it is
   * @param subject whose figures they are
   * @param present whether the user would still be let in
   * @param send sends the stream to its end, on a thread that may wait
   * @throws Refusal if there are as many streams as may be
   */
  void show(String user, String subject, BooleanSupplier present, Consumer<Viewer> send) {
    enter(user);
    var viewer = new Viewer(subject, present, nanoTime);
    Optional.ofNullable(said.get(subject)).ifPresent(viewer::offer);
    viewers.add(viewer);
    var unused =
        Thread.ofVirtual()
            .name("larder-viewer")
            .start(
                () -> {
                  try {
                    send.accept(viewer);
                  } finally {
                    viewers.remove(viewer);
                    leave(user);
                  }
                });
    if (ticker.isShutdown()) {
      viewer.close();
    }
  }

  private void enter(String user) {
    synchronized (streams) {
      int mine = streams.getOrDefault(user, 0);
      if (mine >= settings.userStreamsMax()) {
        throw Refusal.watchesTooMuch(settings.userStreamsMax());
      }
      int all = streams.values().stream().mapToInt(Integer::intValue).sum();
      if (all >= settings.streamsMax()) {
        throw Refusal.watchedTooMuch(settings.streamsMax());
      }
      streams.put(user, mine + 1);
    }
  }

  private void leave(String user) {
    synchronized (streams) {
      streams.computeIfPresent(user, (same, count) -> count > 1 ? count - 1 : null);
    }
  }

  private void beat() {
    try {
      var subjects = new HashSet<String>();
      viewers.forEach(viewer -> subjects.add(viewer.subject()));
      if (beats++ % BEATS_WITHOUT_VIEWERS == 0) {
        subjects.add(Figures.EVERYBODY);
      }
      var now = subjects.isEmpty() ? Map.<String, String>of() : live.look(subjects);
      said = now;
      for (var viewer : viewers) {
        Optional.ofNullable(now.get(viewer.subject())).ifPresent(viewer::offer);
      }
    } catch (RuntimeException failed) {
      // whatever it is: a task that ends is never run again
      LOG.log(Level.WARNING, "figures are not shown now", failed);
    }
  }

  /** Ends all streams. */
  @Override
  public void close() {
    end();
    try {
      Runtime.getRuntime().removeShutdownHook(farewell);
    } catch (IllegalStateException stopping) {
      // then it has begun already
      return;
    }
  }

  private void end() {
    ticker.shutdownNow();
    viewers.forEach(Viewer::close);
  }
}

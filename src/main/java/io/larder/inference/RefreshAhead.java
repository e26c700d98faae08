package io.larder.inference;

import io.larder.cache.Kept;
import io.larder.cache.Key;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;

/**
 * Refreshes answers that are asked for often and about to expire, so that nobody has to wait for
 * them: each second those with the most hits in the last tenth of their time.
 */
final class RefreshAhead implements AutoCloseable {
  /** The part of an answer's time in which hits speak for a refresh. */
  private static final int LAST_PART = 10;

  private static final int CANDIDATES_MAX = 1_000;
  private static final Logger LOG = System.getLogger(RefreshAhead.class.getName());

  private final IntSupplier perSecondMax;
  private final Map<Key, Candidate> candidates = new ConcurrentHashMap<>();
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("larder-refresh-ahead").factory());

  private record Candidate(AtomicInteger hits, Runnable refresh) {}

  /**
   * Refreshes nothing yet.
   *
   * @param perSecondMax refreshes per second on this node at most; 0 = none
   */
  RefreshAhead(IntSupplier perSecondMax) {
    this.perSecondMax = perSecondMax;
    var unused = clock.scheduleWithFixedDelay(this::refresh, 1, 1, TimeUnit.SECONDS);
  }

  /**
   * An answer was a hit.
   *
   * @param refresh gets a fresh one, without waiting for it
   */
  void hit(Key key, Kept kept, Instant now, Runnable refresh) {
    if (perSecondMax.getAsInt() == 0 || !isAboutToExpire(kept, now)) {
      return;
    }
    var known = candidates.get(key);
    if (known != null) {
      known.hits().incrementAndGet();
    } else if (candidates.size() < CANDIDATES_MAX) {
      candidates.putIfAbsent(key, new Candidate(new AtomicInteger(1), refresh));
    }
  }

  private static boolean isAboutToExpire(Kept kept, Instant now) {
    Duration last = kept.retention().ttl().dividedBy(LAST_PART);
    return kept.left(now).compareTo(last) < 0;
  }

  /** Refreshes those that were hit most since the last time, and forgets the rest. */
  void refresh() {
    var hot =
        candidates.entrySet().stream()
            .sorted(
                Comparator.comparingInt(
                    (Map.Entry<Key, Candidate> one) -> -one.getValue().hits().get()))
            .limit(perSecondMax.getAsInt())
            .map(one -> one.getValue().refresh())
            .toList();
    candidates.clear();
    for (var refresh : hot) {
      try {
        refresh.run();
      } catch (RuntimeException failed) {
        // whatever it is: a task that ends is never run again
        LOG.log(Level.WARNING, "no refresh ahead: {0}", failed.getMessage());
      }
    }
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }
}

package io.larder.jcache;

import io.larder.valkey.ValkeyUnavailable;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Iterator;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import javax.cache.CacheException;
import org.jspecify.annotations.Nullable;

/**
 * Entries of sessions whose store may be out of reach. The server answers a request whose session
 * store throws with 500; so this throws nothing:
 *
 * <ul>
 *   <li>a session that cannot be read is absent: the request goes on signed out;
 *   <li>a new session that cannot be written is told to be written, and is absent in the next
 *       request: it has no attributes in the store, since those are kept only beside it;
 *   <li>a change that cannot be written is told not to have happened, as one that came too late;
 *   <li>a store that is full is read from all the same: who is signed in stays so. A change of a
 *       session that it refuses is told to have happened, since the server would try for ever; the
 *       next request does not find it;
 *   <li>a session that cannot be removed is absent for this node from then on, and is removed when
 *       the store is back: a sign-out is not undone by an outage. The promise dies with the node.
 * </ul>
 *
 * It is logged when the store gets out of reach and when it is back.
 */
final class SteadyEntries implements Entries {
  /** Sessions to be removed when the store is back; beyond, a removal throws. */
  static final int OWED_MAX = 10_000;

  /** Of those, how many a call removes that has found the store back. */
  private static final int OWED_PER_CALL = 8;

  private static final Logger LOG = System.getLogger(SteadyEntries.class.getName());

  /**
   * How long a thread does not ask again after it had no answer: its request goes on without a
   * session anyway, and shall wait once and not for each command.
   */
  static final Duration PAUSE = Duration.ofMillis(200);

  private static final ThreadLocal<@Nullable Long> RESTS_UNTIL = new ThreadLocal<>();

  private final Entries entries;
  private final LongSupplier nanoTime;
  private final Set<String> owed = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean losing = new AtomicBoolean();
  private final AtomicBoolean refusing = new AtomicBoolean();

  /**
   * Steady entries.
   *
   * @param nanoTime a monotonic clock
   */
  SteadyEntries(Entries entries, LongSupplier nanoTime) {
    this.entries = entries;
    this.nanoTime = nanoTime;
  }

  @Override
  public byte @Nullable [] get(Place place) {
    return isOwed(place.key())
        ? null
        : orElse(() -> Optional.ofNullable(entries.get(place)), Optional.<byte[]>empty())
            .orElse(null);
  }

  @Override
  public Seen look(String key) {
    return isOwed(key) ? Seen.NOTHING : orElse(() -> entries.look(key), Seen.NOTHING);
  }

  @Override
  public Change.Outcome change(Place place, Change change) {
    if (isOwed(place.key()) && !change.removes()) {
      return Change.Outcome.REFUSED;
    }
    try {
      var outcome = reached(() -> entries.change(place, change));
      if (refusing.get() && refusing.compareAndSet(true, false)) {
        LOG.log(Level.INFO, "changes of sessions are taken again");
      }
      return outcome;
    } catch (CacheException outOfReach) {
      if (isRefusal(outOfReach)) {
        refuse(outOfReach);
      } else {
        lose(outOfReach);
      }
      return lost(place, change, outOfReach);
    }
  }

  private Change.Outcome lost(Place place, Change change, CacheException outOfReach) {
    boolean whole = place.role() == Place.Role.HEAD;
    if (whole && isRefusal(outOfReach) && change.isReplacement()) {
      return new Change.Outcome(true, change.expected());
    }
    if (whole && change.removes() && change.condition() == Change.Condition.ANY) {
      if (owed.size() >= OWED_MAX) {
        throw outOfReach;
      }
      owed.add(place.key());
    }
    return new Change.Outcome(change.condition() == Change.Condition.ABSENT, null);
  }

  private boolean isOwed(String key) {
    return !owed.isEmpty() && owed.contains(key);
  }

  @Override
  public void expire(Place place, long millis) {
    var unused =
        orElse(
            () -> {
              entries.expire(place, millis);
              return true;
            },
            false);
  }

  @Override
  public Page page(String pattern, String cursor) {
    return orElse(() -> entries.page(pattern, cursor), Page.NONE);
  }

  private <T> T orElse(Supplier<T> command, T otherwise) {
    try {
      return reached(command);
    } catch (CacheException outOfReach) {
      lose(outOfReach);
      return otherwise;
    }
  }

  /** The store was not asked, so nothing new is known of it. */
  private static final class Resting extends CacheException {
    private static final long serialVersionUID = 1L;

    Resting() {
      super("out of reach a moment ago");
    }
  }

  private void lose(CacheException outOfReach) {
    if (outOfReach instanceof Resting) {
      return;
    }
    RESTS_UNTIL.set(nanoTime.getAsLong() + PAUSE.toNanos());
    if (losing.compareAndSet(false, true)) {
      LOG.log(
          Level.WARNING,
          "sessions are out of reach, requests go on signed out: {0}",
          outOfReach.getMessage());
    }
  }

  private static boolean isRefusal(CacheException failure) {
    return failure.getCause() instanceof ValkeyUnavailable unavailable && unavailable.isRefusal();
  }

  /** The store answers, and takes nothing: who is signed in stays so. */
  private void refuse(CacheException refusal) {
    if (refusing.compareAndSet(false, true)) {
      LOG.log(Level.WARNING, "changes of sessions are refused: {0}", refusal.getMessage());
    }
  }

  private boolean isResting() {
    var until = RESTS_UNTIL.get();
    return until != null && until - nanoTime.getAsLong() > 0;
  }

  /** If the store answers, what it was to remove is removed. */
  private <T> T reached(Supplier<T> command) {
    if (isResting()) {
      throw new Resting();
    }
    var answer = command.get();
    if (losing.get() && losing.compareAndSet(true, false)) {
      LOG.log(Level.INFO, "sessions are in reach again");
    }
    Iterator<String> keys = owed.iterator();
    try {
      for (int i = 0; i < OWED_PER_CALL && keys.hasNext(); i++) {
        var unused = entries.change(Place.head(keys.next()), Change.remove());
        keys.remove();
      }
    } catch (CacheException goneAgain) {
      lose(goneAgain);
    }
    return answer;
  }

  @Override
  public void close() {
    entries.close();
  }
}

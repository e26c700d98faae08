package io.larder.jcache;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Iterator;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
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
 *   <li>a session that cannot be removed is absent for this node from then on, and is removed when
 *       the store is back: a sign-out is not undone by an outage. The promise dies with the node.
 * </ul>
 *
 * That changes get lost is logged when it begins and when it ends.
 */
final class SteadyEntries implements Entries {
  /** Sessions to be removed when the store is back; beyond, a removal throws. */
  static final int OWED_MAX = 10_000;

  /** Of those, how many a call removes that has found the store back. */
  private static final int OWED_PER_CALL = 8;

  private static final Logger LOG = System.getLogger(SteadyEntries.class.getName());

  private final Entries entries;
  private final Set<Place> owed = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean losing = new AtomicBoolean();

  SteadyEntries(Entries entries) {
    this.entries = entries;
  }

  @Override
  public byte @Nullable [] get(Place place) {
    if (isOwed(place)) {
      return null;
    }
    try {
      var found = entries.get(place);
      settle();
      return found;
    } catch (CacheException outOfReach) {
      return null;
    }
  }

  @Override
  public Change.Outcome change(Place place, Change change) {
    if (isOwed(place) && !change.removes()) {
      return Change.Outcome.REFUSED;
    }
    try {
      var outcome = entries.change(place, change);
      settle();
      return outcome;
    } catch (CacheException outOfReach) {
      return lost(place, change, outOfReach);
    }
  }

  private Change.Outcome lost(Place place, Change change, CacheException outOfReach) {
    if (losing.compareAndSet(false, true)) {
      LOG.log(Level.WARNING, "changes of sessions are lost: {0}", outOfReach.getMessage());
    }
    if (change.removes() && place.role() == Place.Role.HEAD) {
      if (change.condition() == Change.Condition.ANY) {
        if (owed.size() >= OWED_MAX) {
          throw outOfReach;
        }
        owed.add(place);
      }
      return Change.Outcome.REFUSED;
    }
    return new Change.Outcome(change.condition() == Change.Condition.ABSENT, null);
  }

  private boolean isOwed(Place place) {
    return !owed.isEmpty() && owed.contains(Place.head(place.key()));
  }

  /** The store is back: what it was to remove is removed. */
  private void settle() {
    if (losing.get() && losing.compareAndSet(true, false)) {
      LOG.log(Level.INFO, "changes of sessions are kept again");
    }
    Iterator<Place> places = owed.iterator();
    for (int i = 0; i < OWED_PER_CALL && places.hasNext(); i++) {
      var place = places.next();
      try {
        var unused = entries.change(place, Change.remove());
        places.remove();
      } catch (CacheException goneAgain) {
        // it stays owed
        return;
      }
    }
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

  private static <T> T orElse(Supplier<T> command, T otherwise) {
    try {
      return command.get();
    } catch (CacheException outOfReach) {
      return otherwise;
    }
  }

  @Override
  public void close() {
    entries.close();
  }
}

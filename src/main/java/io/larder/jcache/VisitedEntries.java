package io.larder.jcache;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Entries of sessions as the server uses them: in one request, so on one thread, it reads the
 * session, notes the access by comparing and setting, reads attributes one by one, writes those
 * that changed one by one, and then reads, compares and sets the session twice. Here that is three
 * commands, two if nothing has changed, and nobody sees a part of what a request has written:
 *
 * <ul>
 *   <li>reading the session brings its attributes along if they are small;
 *   <li>attributes that are written wait until the session is compared and set next, and then
 *       change with it or not at all; those that are as they were read are not written;
 *   <li>after that the session is read, and set to what it is, without asking.
 * </ul>
 *
 * What a thread knows of a session it knows for one request: the next one begins by reading it. The
 * server gives a request's writing up at the first attribute that cannot be serialised, and says so
 * to nobody here: the next request's note of its access tells that such a one has been before.
 */
final class VisitedEntries implements Entries {
  private static final Logger LOG = System.getLogger(VisitedEntries.class.getName());
  private static final ThreadLocal<@Nullable Visit> VISITS = new ThreadLocal<>();

  /**
   * How long attributes wait at most: the server writes them and the session at once, so what waits
   * longer is of a request that has failed, whatever the next one does.
   */
  static final Duration DRAFTS_LIFE = Duration.ofSeconds(10);

  private final Entries entries;
  private final LongSupplier nanoTime;

  private enum Stage {
    /** Read, and perhaps marked as accessed. */
    LOOKED,
    /** Attributes wait. */
    DRAFTED,
    /** They have been written. */
    WRITTEN,
    /** The session was removed. */
    GONE
  }

  /** What one thread does with one session. */
  private static final class Visit {
    private final VisitedEntries owner;
    private final String key;
    private Stage stage = Stage.LOOKED;
    private @Nullable Seen seen;
    private long draftedNanos;
    private final Map<String, byte[]> drafts = new HashMap<>();

    Visit(VisitedEntries owner, String key) {
      this.owner = owner;
      this.key = key;
    }
  }

  /**
   * Visited entries.
   *
   * @param nanoTime a monotonic clock
   */
  VisitedEntries(Entries entries, LongSupplier nanoTime) {
    this.entries = entries;
    this.nanoTime = nanoTime;
  }

  @Override
  public byte @Nullable [] get(Place place) {
    var visit = visit(place.key());
    return place.role() == Place.Role.HEAD ? head(visit, place) : part(visit, place);
  }

  private byte @Nullable [] head(Visit visit, Place place) {
    var seen = visit.seen;
    if (seen == null || visit.stage == Stage.LOOKED || visit.stage == Stage.GONE) {
      seen = entries.look(place.key());
      visit.seen = seen;
      visit.stage = visit.drafts.isEmpty() ? Stage.LOOKED : Stage.DRAFTED;
    }
    var found = seen.field(place.field());
    if (found == null) {
      VISITS.remove();
    }
    return found;
  }

  private byte @Nullable [] part(Visit visit, Place place) {
    var draft = visit.drafts.get(place.field());
    if (draft != null) {
      return draft.length == 0 ? null : draft;
    }
    var seen = visit.seen;
    return seen != null && seen.knows(place.field())
        ? seen.field(place.field())
        : entries.get(place);
  }

  @Override
  public Change.Outcome change(Place place, Change change) {
    var visit = visit(place.key());
    if (place.role() == Place.Role.PART) {
      return draft(visit, place, change);
    }
    var value = change.value();
    if (value == null) {
      var outcome = entries.change(place, change);
      VISITS.remove();
      if (outcome.done()) {
        visit(place.key()).stage = Stage.GONE;
      }
      return outcome;
    }
    if (change.isAccess() && visit.stage != Stage.LOOKED) {
      visit = anew(visit);
    } else if (isSetAlready(visit, place, change, value)) {
      return visit.stage == Stage.WRITTEN ? leave(value) : keep(visit, value);
    }
    return write(visit, place, change, value);
  }

  /** The request before has failed, and what it has left is neither to be written nor read. */
  private Visit anew(Visit failed) {
    drop(failed);
    var visit = new Visit(this, failed.key);
    VISITS.set(visit);
    return visit;
  }

  /** An attribute: only the condition that the server uses can wait. */
  private Change.Outcome draft(Visit visit, Place place, Change change) {
    if (visit.stage == Stage.GONE && change.removes()) {
      return Change.Outcome.REFUSED;
    }
    if (change.condition() != Change.Condition.ANY) {
      VISITS.remove();
      return entries.change(place, change);
    }
    var value = change.value();
    var seen = visit.seen;
    if (seen != null
        && seen.knows(place.field())
        && Arrays.equals(seen.field(place.field()), value)) {
      // only read, as the server writes that too: what another request has set meanwhile stays
      visit.drafts.remove(place.field());
    } else {
      visit.drafts.put(place.field(), value == null ? new byte[0] : value);
    }
    if (visit.stage != Stage.DRAFTED) {
      visit.stage = Stage.DRAFTED;
      visit.draftedNanos = nanoTime.getAsLong();
    }
    // nobody who writes an attribute asks what was there
    return new Change.Outcome(true, seen == null ? null : seen.field(place.field()));
  }

  private static boolean isSetAlready(Visit visit, Place place, Change change, byte[] value) {
    var seen = visit.seen;
    return (visit.stage == Stage.WRITTEN
            || (visit.stage == Stage.DRAFTED && visit.drafts.isEmpty()))
        && seen != null
        && change.condition() == Change.Condition.EQUAL
        && change.admits(seen.field(place.field()))
        && change.admits(value);
  }

  /** Everything was read only, and the access was noted before. */
  private static Change.Outcome keep(Visit visit, byte[] value) {
    visit.stage = Stage.WRITTEN;
    return new Change.Outcome(true, value);
  }

  /** The request has written everything: the next one begins anew. */
  private Change.Outcome leave(byte[] value) {
    VISITS.remove();
    return new Change.Outcome(true, value);
  }

  private Change.Outcome write(Visit visit, Place place, Change change, byte[] value) {
    boolean drafted = visit.stage == Stage.DRAFTED;
    var outcome = entries.change(place, change.with(visit.drafts));
    var before = outcome.before();
    if (outcome.done()) {
      visit.seen =
          (visit.seen == null ? new Seen(Map.of(), isNew(change)) : visit.seen)
              .with(place, value, visit.drafts);
      visit.stage = drafted ? Stage.WRITTEN : Stage.LOOKED;
      visit.drafts.clear();
    } else if (drafted && before != null) {
      // tried again with what is there now
      visit.seen = new Seen(Map.of(place.field(), before), false);
    } else {
      VISITS.remove();
    }
    return outcome;
  }

  private static boolean isNew(Change change) {
    return change.condition() == Change.Condition.ABSENT;
  }

  /** What this thread does with that session; another one it has left. */
  private Visit visit(String key) {
    var visit = VISITS.get();
    if (visit == null || visit.owner != this || !visit.key.equals(key) || isStale(visit)) {
      drop(visit);
      visit = new Visit(this, key);
      VISITS.set(visit);
    }
    return visit;
  }

  private boolean isStale(Visit visit) {
    return visit.stage == Stage.DRAFTED
        && nanoTime.getAsLong() - visit.draftedNanos > DRAFTS_LIFE.toNanos();
  }

  @Override
  public void abandon() {
    drop(VISITS.get());
    VISITS.remove();
  }

  private static void drop(@Nullable Visit visit) {
    if (visit != null && !visit.drafts.isEmpty()) {
      LOG.log(Level.WARNING, "attributes of a session were not written: its request failed");
    }
  }

  @Override
  public Seen look(String key) {
    return entries.look(key);
  }

  @Override
  public void expire(Place place, long millis) {
    entries.expire(place, millis);
  }

  @Override
  public Page page(String pattern, String cursor) {
    return entries.page(pattern, cursor);
  }

  @Override
  public void close() {
    entries.close();
  }
}

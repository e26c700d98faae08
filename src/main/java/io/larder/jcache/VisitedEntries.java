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
 * that changed one by one, and then reads, compares and sets the session twice. Here that is two
 * commands, one if nothing has changed, and nobody sees a part of what a request has written:
 *
 * <ul>
 *   <li>reading the session brings its attributes along if they are small;
 *   <li>the note of the access waits for what the request writes, {@link Accesses}: a session that
 *       this thread has just read is there, and that others change it meanwhile is told by the
 *       write;
 *   <li>attributes that are written wait until the session is compared and set next, and then
 *       change with it or not at all; those that are as they were read are not written;
 *   <li>after that the session is read, and set to what it is, without asking.
 * </ul>
 *
 * <p>The time of the last use is also how servers tell whether the session that they have in memory
 * is good: it is as long as that time is the one that they have noted. So whatever changes a
 * session brings a new time into the store: its request's own, if that note waits and goes along,
 * else one that nobody has noted. Or else a server that has not seen the change might take what it
 * has for good.
 *
 * <p>What a thread knows of a session it knows for one request: the next one begins by reading it.
 * The server gives a request's writing up at the first attribute that cannot be serialised, and
 * says so to nobody here: the next request's note of its access tells that such a one has been
 * before.
 */
final class VisitedEntries implements Entries {
  private static final Logger LOG = System.getLogger(VisitedEntries.class.getName());
  private static final ThreadLocal<@Nullable Visit> VISITS = new ThreadLocal<>();

  /**
   * How long attributes wait at most: the server writes them and the session at once, so what waits
   * longer is of a request that has failed, whatever the next one does.
   */
  static final Duration DRAFTS_LIFE = Duration.ofSeconds(10);

  private static final byte[] NOBODYS = {};

  private final Entries entries;
  private final Accesses accesses;
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

    /** The session as this thread has made, noted or written it last, with a time of its own. */
    private byte[] own = NOBODYS;

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
   * @param accesses of the same entries
   * @param nanoTime a monotonic clock
   */
  VisitedEntries(Entries entries, Accesses accesses, LongSupplier nanoTime) {
    this.entries = entries;
    this.accesses = accesses;
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
      seen = accesses.shown(place, entries.look(place.key()));
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
      var outcome = entries.change(place, accesses.merged(place, change).change());
      VISITS.remove();
      if (outcome.done()) {
        visit(place.key()).stage = Stage.GONE;
      }
      return outcome;
    }
    if (change.isAccess() && visit.stage != Stage.LOOKED) {
      visit = anew(visit);
    } else if (isSetAlready(visit, place, change, value)) {
      return visit.stage == Stage.WRITTEN ? leave(visit, value) : keep(visit, value);
    }
    var seen = visit.seen;
    if (change.isAccess()
        && seen != null
        && change.admits(seen.field(place.field()))
        && accesses.keep(place, change)) {
      visit.seen = seen.with(place, value, Map.of());
      visit.own = value;
      return new Change.Outcome(true, change.expected());
    }
    return write(visit, place, change);
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
  private static Change.Outcome leave(Visit visit, byte[] value) {
    visit.seen = null;
    visit.stage = Stage.LOOKED;
    return new Change.Outcome(true, value);
  }

  private Change.Outcome write(Visit visit, Place place, Change asked) {
    boolean drafted = visit.stage == Stage.DRAFTED;
    var merged = accesses.merged(place, asked.with(visit.drafts));
    boolean noted = merged.noted() || hasTime(visit, asked);
    var change = noted ? merged.change() : merged.change().stamped();
    var outcome = entries.change(place, change);
    var before = outcome.before();
    var value = change.value();
    if (outcome.done() && value != null) {
      visit.seen =
          (visit.seen == null ? new Seen(Map.of(), isNew(change)) : visit.seen)
              .with(place, value, visit.drafts);
      visit.stage = drafted ? Stage.WRITTEN : Stage.LOOKED;
      visit.own = noted ? value : NOBODYS;
      visit.drafts.clear();
    } else if (drafted && before != null) {
      // tried again with what is there now
      visit.seen = new Seen(Map.of(place.field(), before), false);
      visit.own = NOBODYS;
    } else {
      VISITS.remove();
    }
    return outcome;
  }

  /**
   * Whether what a change sets has a time of this request's, and is not what is there: that could
   * have been noted upon by others, whose notes would go through after it.
   */
  private static boolean hasTime(Visit visit, Change change) {
    return change.isAccess()
        || change.condition() != Change.Condition.EQUAL
        || (Arrays.equals(change.expected(), visit.own)
            && !Arrays.equals(change.expected(), change.value()));
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
    accesses.close();
    entries.close();
  }
}

package io.larder.jcache;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;

/**
 * Notes of when sessions were used last, which wait a moment before they are written: what a
 * request writes when it ends takes its note along, and of many requests of one session one note is
 * written. This node sees a session as if its note were written; the others see it that much later,
 * and a node that is killed takes the notes along, which shortens a session's idle time by as much.
 *
 * <p>A note that comes too late, as the session has changed or is gone, is not written. If what is
 * there has the very time of the note, which this server takes for its own then, it gets another.
 */
final class Accesses implements AutoCloseable {
  /** How long a note waits, and half as much again: nothing beside seconds of idle time. */
  static final Duration WAIT = Duration.ofMillis(200);

  /**
   * Sessions whose notes wait; those of more are written at once, by the requests. They are written
   * one after the other, so that this bounds how late a note is where a round trip takes long.
   */
  static final int NOTES_MAX = 1_000;

  private static final Logger LOG = System.getLogger(Accesses.class.getName());

  private final Entries entries;
  private final Times times;
  private final LongSupplier nanoTime;
  private final Map<String, Note> notes = new ConcurrentHashMap<>();
  private final AtomicBoolean scheduled = new AtomicBoolean();
  private final ScheduledThreadPoolExecutor writer =
      new ScheduledThreadPoolExecutor(
          1,
          // of no application, whoever asks first
          Thread.ofPlatform()
              .daemon()
              .inheritInheritableThreadLocals(false)
              .name("larder-sessions")
              .factory(),
          new ThreadPoolExecutor.DiscardPolicy());

  /** The times of last use that are in the bytes of sessions. */
  interface Times {
    /** Whether two sessions were used last at the same time. */
    boolean areSame(byte[] one, byte[] other);

    /** A session with a time that no server has noted. */
    byte[] stamped(byte[] session);
  }

  /**
   * What has become of a change that may have taken a note along.
   *
   * @param change as it is to be sent
   * @param noted whether the time of last use comes into the store with it
   */
  record Merged(Change change, boolean noted) {}

  /** A change that waits: from what is in the store to what shall be there. */
  private static final class Note {
    private final Place head;
    private final Change change;
    private final long sinceNanos;

    Note(Place head, Change change, long sinceNanos) {
      this.head = head;
      this.change = change;
      this.sinceNanos = sinceNanos;
    }

    /** Whether it is to be put in the place of these bytes. */
    boolean replaces(byte[] bytes) {
      return Arrays.equals(change.expected(), bytes);
    }

    /** Whether it says that there shall be these bytes. */
    boolean says(byte[] bytes) {
      return Arrays.equals(change.value(), bytes);
    }

    /** This one, where an earlier one waits. */
    Note after(Note earlier) {
      return earlier.says(change.expected()) || earlier.replaces(change.expected())
          ? new Note(head, change.expecting(earlier.change.expected()), earlier.sinceNanos)
          : this;
    }

    /** This one, where that one has been written. */
    Note onto(Note written) {
      var there = written.change.value();
      return there != null && written.replaces(change.expected())
          ? new Note(head, change.expecting(there), sinceNanos)
          : this;
    }
  }

  /**
   * No notes yet.
   *
   * @param nanoTime a monotonic clock
   */
  Accesses(Entries entries, Times times, LongSupplier nanoTime) {
    this.entries = entries;
    this.times = times;
    this.nanoTime = nanoTime;
    writer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  /** Keeps the note of an access for a moment; false = there are too many. */
  boolean keep(Place head, Change access) {
    if (writer.isShutdown() || (notes.size() >= NOTES_MAX && !notes.containsKey(head.key()))) {
      return false;
    }
    var fresh = new Note(head, access, nanoTime.getAsLong());
    var unused = notes.merge(head.key(), fresh, (earlier, later) -> later.after(earlier));
    if (writer.isShutdown()) {
      notes.remove(head.key());
      return false;
    }
    schedule();
    return true;
  }

  /** A session as it is when its note is written. */
  Seen shown(Place head, Seen stored) {
    var note = notes.get(head.key());
    var there = stored.field(head.field());
    if (note == null || there == null || note.says(there)) {
      return stored;
    }
    return note.replaces(there) || restamp(note, there) ? shown(head, stored, there) : stored;
  }

  private Seen shown(Place head, Seen stored, byte[] there) {
    var note = notes.get(head.key());
    var value = note == null ? null : note.change.value();
    return note != null && value != null && note.replaces(there)
        ? stored.with(head, value, Map.of())
        : stored;
  }

  /** In the place of a note that was too late: another time for what is there, if it has its. */
  private boolean restamp(Note late, byte[] there) {
    var value = late.change.value();
    return value != null
        && times.areSame(there, value)
        && notes.replace(
            late.head.key(),
            late,
            new Note(
                late.head,
                Change.replace(there, times.stamped(there), late.change.updatedMillis()),
                late.sinceNanos));
  }

  /** A change of a session, and with it the note that waits. */
  Merged merged(Place head, Change change) {
    var note = notes.get(head.key());
    while (note != null && supersedes(change, note)) {
      if (notes.remove(head.key(), note)) {
        return change.condition() == Change.Condition.EQUAL
            ? new Merged(change.expecting(note.change.expected()), note.says(change.expected()))
            : new Merged(change, false);
      }
      note = notes.get(head.key());
    }
    return new Merged(change, false);
  }

  private static boolean supersedes(Change change, Note note) {
    return switch (change.condition()) {
      case ANY -> true;
      case EQUAL -> note.says(change.expected()) || note.replaces(change.expected());
      case ABSENT, PRESENT -> false;
    };
  }

  private void schedule() {
    if (!scheduled.get() && scheduled.compareAndSet(false, true)) {
      var unused = writer.schedule(this::run, WAIT.toMillis() / 2, TimeUnit.MILLISECONDS);
    }
  }

  private void run() {
    try {
      write(WAIT);
    } catch (RuntimeException wrong) {
      // whatever it is: there will be other notes
      LOG.log(Level.WARNING, "the last use of a session is not noted", wrong);
    } finally {
      scheduled.set(false);
      if (!notes.isEmpty()) {
        schedule();
      }
    }
  }

  /** Writes the notes that have waited so long. */
  void write(Duration waited) {
    long now = nanoTime.getAsLong();
    for (var note : List.copyOf(notes.values())) {
      if (now - note.sinceNanos >= waited.toNanos()) {
        try {
          write(note);
        } finally {
          notes.computeIfPresent(
              note.head.key(), (key, last) -> last == note ? null : last.onto(note));
        }
      }
    }
  }

  private void write(Note note) {
    var outcome = entries.change(note.head, note.change);
    var there = outcome.before();
    if (!outcome.done() && there != null && !note.says(there) && restamp(note, there)) {
      var again = notes.get(note.head.key());
      if (again != null && again.replaces(there)) {
        var unused = entries.change(again.head, again.change);
        notes.remove(again.head.key(), again);
      }
    }
  }

  /** Writes what is left. */
  @Override
  public void close() {
    writer.shutdown();
    try {
      if (writer.awaitTermination(1, TimeUnit.SECONDS)) {
        write(Duration.ZERO);
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }
}

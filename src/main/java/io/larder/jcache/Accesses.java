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
 * <p>A note that comes too late, as the session has changed or is gone, is not written.
 */
final class Accesses implements AutoCloseable {
  /** How long a note waits, and half as much again: nothing beside seconds of idle time. */
  static final Duration WAIT = Duration.ofMillis(200);

  /** Sessions whose notes wait; those of more are written at once. */
  static final int NOTES_MAX = 10_000;

  private static final Logger LOG = System.getLogger(Accesses.class.getName());

  private final Entries entries;
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
  Accesses(Entries entries, LongSupplier nanoTime) {
    this.entries = entries;
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
    schedule();
    return true;
  }

  /** A session as it is when its note is written. */
  Seen shown(Place head, Seen stored) {
    var note = notes.get(head.key());
    var value = note == null ? null : note.change.value();
    var there = stored.field(head.field());
    return note != null && value != null && there != null && note.replaces(there)
        ? stored.with(head, value, Map.of())
        : stored;
  }

  /** A change of a session, and with it the note that waits. */
  Change merged(Place head, Change change) {
    var note = notes.get(head.key());
    while (note != null && supersedes(change, note)) {
      if (notes.remove(head.key(), note)) {
        return change.condition() == Change.Condition.EQUAL
            ? change.expecting(note.change.expected())
            : change;
      }
      note = notes.get(head.key());
    }
    return change;
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
    }
    scheduled.set(false);
    if (!notes.isEmpty()) {
      schedule();
    }
  }

  /** Writes the notes that have waited so long. */
  void write(Duration waited) {
    long now = nanoTime.getAsLong();
    for (var note : List.copyOf(notes.values())) {
      if (now - note.sinceNanos >= waited.toNanos()) {
        try {
          // whether done or refused, nothing is left to be done
          var unused = entries.change(note.head, note.change);
        } finally {
          notes.computeIfPresent(
              note.head.key(), (key, last) -> last == note ? null : last.onto(note));
        }
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

package io.larder.job;

import java.time.Instant;
import java.util.List;

/**
 * How far a piece of long work has come.
 *
 * @param kind what it does, such as {@code warm}
 * @param total how many items there are, 0 = not known
 * @param done items that went well
 * @param failed items that did not
 * @param problems what went wrong with the first few of them
 */
public record Job(
    String id,
    String kind,
    State state,
    long total,
    long done,
    long failed,
    List<String> problems,
    Instant startedAt,
    Instant updatedAt) {
  /** What has become of a job. */
  public enum State {
    /** It is being done. */
    RUNNING,
    /** It was done to the end, whatever failed of it. */
    DONE,
    /** It could not be done to the end; the last problem says why. */
    FAILED,
    /** Somebody has cancelled it; what was done stays. */
    CANCELLED,
    /** The node that did it is gone; what was done stays, and nobody does the rest. */
    DIED
  }

  public Job {
    problems = List.copyOf(problems);
  }

  /** Whether nothing will change any more. */
  public boolean isOver() {
    return state != State.RUNNING;
  }

  Job with(State other) {
    return new Job(id, kind, other, total, done, failed, problems, startedAt, updatedAt);
  }
}

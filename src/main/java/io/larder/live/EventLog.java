package io.larder.live;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The events of one answer in this node's memory, in the order in which they came: first its head,
 * then its parts, then its outcome. One writes, any number read at their own pace, from any part
 * on.
 *
 * <p>Bounded: the writer takes every byte out of a budget, and is told when there is none left.
 */
public final class EventLog {
  private final Budget budget;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final ArrayList<Part> parts = new ArrayList<>();
  private @Nullable Head head;
  private @Nullable Outcome outcome;

  /** Bytes that logs may hold. */
  interface Budget {
    /** Takes some out, and says whether there were enough. */
    boolean take(int bytes);
  }

  /**
   * What a reader has before him.
   *
   * @param parts that he has not seen
   * @param outcome present once there will be no more parts than these
   */
  public record View(List<Part> parts, Optional<Outcome> outcome) {}

  EventLog(Budget budget) {
    this.budget = budget;
  }

  /** Begins. */
  public void open(Head opening) {
    change(() -> head = opening);
  }

  /**
   * Adds what has come.
   *
   * @return whether there was room for all of it; if not, nothing was added
   */
  public boolean add(List<Part> more) {
    int bytes = 0;
    for (var part : more) {
      bytes += part.bytes().length;
    }
    if (!budget.take(bytes)) {
      return false;
    }
    change(() -> parts.addAll(more));
    return true;
  }

  /** Adds the last part, for which there is room in any case. */
  public void addLast(Part last) {
    change(() -> parts.add(last));
  }

  /** Ends; the first end holds. */
  void end(Outcome end) {
    change(
        () -> {
          if (outcome == null) {
            outcome = end;
          }
        });
  }

  private void change(Runnable change) {
    lock.lock();
    try {
      change.run();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** The head if it has come. */
  public Optional<Head> head() {
    lock.lock();
    try {
      return Optional.ofNullable(head);
    } finally {
      lock.unlock();
    }
  }

  /** The outcome if there is one. */
  public Optional<Outcome> outcome() {
    lock.lock();
    try {
      return Optional.ofNullable(outcome);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits for the first part or the outcome.
   *
   * @return whether one of them is there; not if the time is over
   */
  public boolean awaitPart(Duration time) throws InterruptedException {
    long nanos = time.toNanos();
    lock.lock();
    try {
      while (parts.isEmpty() && outcome == null && nanos > 0) {
        nanos = changed.awaitNanos(nanos);
      }
      return !parts.isEmpty() || outcome != null;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits for the outcome.
   *
   * @return empty if the time is over
   */
  public Optional<Outcome> awaitOutcome(Duration time) throws InterruptedException {
    long nanos = time.toNanos();
    lock.lock();
    try {
      while (outcome == null && nanos > 0) {
        nanos = changed.awaitNanos(nanos);
      }
      return Optional.ofNullable(outcome);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until there is more than the first {@code seen} parts, or the outcome. Who writes must
   * end a log in any case, so this needs no time limit, which would cost a timer for each event.
   */
  public View await(int seen) throws InterruptedException {
    lock.lock();
    try {
      while (parts.size() <= seen && outcome == null) {
        changed.await();
      }
      return view(seen);
    } finally {
      lock.unlock();
    }
  }

  /** What is there now beyond the first {@code seen} parts. */
  public View view(int seen) {
    lock.lock();
    try {
      int from = Math.min(seen, parts.size());
      return new View(List.copyOf(parts.subList(from, parts.size())), Optional.ofNullable(outcome));
    } finally {
      lock.unlock();
    }
  }
}

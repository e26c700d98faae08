package io.larder.job;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** What the work tells of itself while it is done; from any thread. */
public final class Progress {
  private static final int PROBLEMS_MAX = 20;

  private final long total;
  private final AtomicLong done = new AtomicLong();
  private final AtomicLong failed = new AtomicLong();
  private final List<String> problems = new ArrayList<>();
  private volatile boolean cancelled;

  Progress(long total) {
    this.total = total;
  }

  /** Items went well. */
  public void done(long items) {
    done.addAndGet(items);
  }

  /** An item did not. */
  public void failed(String problem) {
    failed.incrementAndGet();
    note(problem);
  }

  /** Whether the work is to stop at the next item. */
  public boolean isCancelled() {
    return cancelled;
  }

  void cancel() {
    cancelled = true;
  }

  void note(String problem) {
    synchronized (problems) {
      if (problems.size() < PROBLEMS_MAX) {
        problems.add(problem);
      }
    }
  }

  long total() {
    return total;
  }

  long doneSoFar() {
    return done.get();
  }

  long failedSoFar() {
    return failed.get();
  }

  List<String> problems() {
    synchronized (problems) {
      return List.copyOf(problems);
    }
  }
}

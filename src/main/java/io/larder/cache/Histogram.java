package io.larder.cache;

import java.util.Collection;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Counts times by their length, four classes to each doubling, so that percentiles are good to an
 * eighth. From a microsecond to an hour; what is shorter or longer counts as these.
 */
public final class Histogram {
  private static final int SHORTEST_LOG2 = 10;
  private static final int PER_DOUBLING_LOG2 = 2;
  private static final int PER_DOUBLING = 1 << PER_DOUBLING_LOG2;
  private static final int CLASSES = 32 * PER_DOUBLING;

  private final AtomicLongArray counts = new AtomicLongArray(CLASSES);

  /** How many times of each length there were, up to a moment or within a span. */
  public static final class Counts {
    private final long[] counts;

    private Counts(long[] counts) {
      this.counts = counts;
    }

    /** What was counted in several spans. */
    public static Counts sum(Collection<Counts> spans) {
      var sum = new long[CLASSES];
      for (var span : spans) {
        for (int i = 0; i < CLASSES; i++) {
          sum[i] += span.counts[i];
        }
      }
      return new Counts(sum);
    }

    /** What was counted since an earlier moment. */
    public Counts since(Counts before) {
      var since = new long[CLASSES];
      for (int i = 0; i < CLASSES; i++) {
        since[i] = counts[i] - before.counts[i];
      }
      return new Counts(since);
    }

    /** How many times were counted. */
    public long total() {
      long total = 0;
      for (long count : counts) {
        total += count;
      }
      return total;
    }

    /**
     * The time, in milliseconds, that a share of all does not exceed; 0 if nothing was counted.
     *
     * @param share above 0, at most 1
     */
    public double millis(double share) {
      long rank = Math.max(1, (long) Math.ceil(total() * share));
      long seen = 0;
      for (int i = 0; i < CLASSES; i++) {
        seen += counts[i];
        if (seen >= rank) {
          return middle(i) / 1e6;
        }
      }
      return 0;
    }
  }

  /** Counts a time, in nanoseconds. */
  public void add(long nanos) {
    counts.getAndIncrement(index(nanos));
  }

  /** What was counted so far. */
  public Counts counts() {
    var now = new long[CLASSES];
    for (int i = 0; i < CLASSES; i++) {
      now[i] = counts.get(i);
    }
    return new Counts(now);
  }

  private static int index(long nanos) {
    if (nanos < 1L << SHORTEST_LOG2) {
      return 0;
    }
    int log2 = Long.SIZE - 1 - Long.numberOfLeadingZeros(nanos);
    int quarter = (int) (nanos >>> (log2 - PER_DOUBLING_LOG2)) & (PER_DOUBLING - 1);
    return Math.min(CLASSES - 1, (log2 - SHORTEST_LOG2) * PER_DOUBLING + quarter);
  }

  /** The middle of a class, in nanoseconds. */
  private static double middle(int index) {
    double doubling = Math.pow(2, SHORTEST_LOG2 + index / PER_DOUBLING);
    return doubling * (1 + (index % PER_DOUBLING + 0.5) / PER_DOUBLING);
  }
}

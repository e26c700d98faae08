package io.larder.admin;

import io.larder.cache.Figure;
import io.larder.cache.Histogram;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Everybody's figures of the last hour, in steps of ten seconds, as this node has seen them: at
 * most {@link #STEPS_MAX} steps of some 2 KiB.
 */
final class History {
  static final long STEP_NANOS = TimeUnit.SECONDS.toNanos(10);
  static final int STEPS_MAX = 360;

  /** Of these the recent times are told. */
  private static final int RECENT_STEPS = 30;

  private static final double MEDIAN = 0.5;
  private static final double NEARLY_ALL = 0.95;

  private final Histogram hitTimes;
  private final Histogram missTimes;
  private final Deque<Step> steps = new ArrayDeque<>();
  private @Nullable Look last;

  /**
   * What was seen at the end of a step.
   *
   * @param all figures of all nodes; empty = the store gave no answer
   * @param here those of this node
   */
  private record Look(
      long nanos,
      Optional<Sums> all,
      Sums here,
      Histogram.Counts hitTimes,
      Histogram.Counts missTimes) {}

  private record Step(
      Instant end,
      double seconds,
      String from,
      Sums added,
      Histogram.Counts hitTimes,
      Histogram.Counts missTimes) {}

  History(Histogram hitTimes, Histogram missTimes) {
    this.hitTimes = hitTimes;
    this.missTimes = missTimes;
  }

  /**
   * Takes a look, which ends a step if it is time.
   *
   * @param nanos when, on a monotonic clock
   * @param now the same in the world's time
   * @param all everybody's figures of all nodes; empty = the store gave no answer
   * @param here those of this node
   */
  synchronized void look(long nanos, Instant now, Optional<Sums> all, Sums here) {
    var before = last;
    if (before != null && nanos - before.nanos() < STEP_NANOS) {
      return;
    }
    var look = new Look(nanos, all, here, hitTimes.counts(), missTimes.counts());
    last = look;
    if (before == null) {
      return;
    }
    boolean everywhere = all.isPresent() && before.all().isPresent();
    steps.addLast(
        new Step(
            now,
            (nanos - before.nanos()) / 1e9,
            everywhere ? Live.ALL_NODES : Live.THIS_NODE,
            everywhere ? all.get().since(before.all().get()) : here.since(before.here()),
            look.hitTimes().since(before.hitTimes()),
            look.missTimes().since(before.missTimes())));
    if (steps.size() > STEPS_MAX) {
      steps.removeFirst();
    }
  }

  /** The median times of the last five minutes on this node; one is left out if it has none. */
  synchronized Map<String, Object> recentTimes() {
    var first = steps.stream().skip(Math.max(0, steps.size() - RECENT_STEPS)).toList();
    var hits = new ArrayList<Histogram.Counts>();
    var misses = new ArrayList<Histogram.Counts>();
    first.forEach(
        step -> {
          hits.add(step.hitTimes());
          misses.add(step.missTimes());
        });
    if (last != null) {
      hits.add(hitTimes.counts().since(last.hitTimes()));
      misses.add(missTimes.counts().since(last.missTimes()));
    }
    var times = new LinkedHashMap<String, Object>();
    Optional.ofNullable(percentile(Histogram.Counts.sum(hits), MEDIAN))
        .ifPresent(millis -> times.put("hitMillis", millis));
    Optional.ofNullable(percentile(Histogram.Counts.sum(misses), MEDIAN))
        .ifPresent(millis -> times.put("missMillis", millis));
    return times;
  }

  /** A list for each figure, with an item for each step, the oldest first. */
  synchronized Map<String, Object> report() {
    var report = new LinkedHashMap<String, Object>();
    report.put("at", list(step -> step.end().toEpochMilli()));
    report.put("seconds", list(step -> Recent.rounded(step.seconds())));
    report.put("from", list(Step::from));
    report.put("requests", list(step -> step.added().requests()));
    for (var figure : Figure.values()) {
      report.put(figure.text(), list(step -> step.added().of(figure)));
    }
    report.put("hitMillisMedian", list(step -> percentile(step.hitTimes(), MEDIAN)));
    report.put("hitMillisP95", list(step -> percentile(step.hitTimes(), NEARLY_ALL)));
    report.put("missMillisMedian", list(step -> percentile(step.missTimes(), MEDIAN)));
    report.put("missMillisP95", list(step -> percentile(step.missTimes(), NEARLY_ALL)));
    return report;
  }

  private List<@Nullable Object> list(Function<Step, @Nullable Object> item) {
    var list = new ArrayList<@Nullable Object>();
    steps.forEach(step -> list.add(item.apply(step)));
    return list;
  }

  /** Null = nothing was counted. */
  private static @Nullable Double percentile(Histogram.Counts times, double share) {
    return times.total() == 0 ? null : Recent.rounded(times.millis(share));
  }
}

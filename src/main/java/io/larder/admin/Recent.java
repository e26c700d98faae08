package io.larder.admin;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * What happened lately, from sums that only grow, as they were seen now and then. Keeps at most
 * some 75 of these. One thread's.
 */
final class Recent {
  static final long WINDOW_NANOS = TimeUnit.MINUTES.toNanos(5);

  /** What happens now is what happened in this time, or a bit more. */
  static final long NOW_NANOS = TimeUnit.SECONDS.toNanos(10);

  /** How far apart at least are looks that are kept for the window. */
  private static final long STEP_NANOS = TimeUnit.SECONDS.toNanos(5);

  private static final long SLACK_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Deque<Look> latest = new ArrayDeque<>();
  private final Deque<Look> window = new ArrayDeque<>();

  private record Look(long nanos, Sums sums) {
    double secondsUntil(Look later) {
      return (later.nanos - nanos) / 1e9;
    }
  }

  /**
   * Takes a look, which is to be the latest of all.
   *
   * @param nanos when, on a monotonic clock
   */
  void look(long nanos, Sums sums) {
    var look = new Look(nanos, sums);
    latest.addLast(look);
    forget(latest, NOW_NANOS + SLACK_NANOS);
    if (window.isEmpty() || nanos - window.getLast().nanos() >= STEP_NANOS) {
      window.addLast(look);
    }
    forget(window, WINDOW_NANOS);
  }

  private void forget(Deque<Look> looks, long spanNanos) {
    long now = latest.getLast().nanos();
    while (!looks.isEmpty() && now - looks.getFirst().nanos() > spanNanos) {
      looks.removeFirst();
    }
  }

  /**
   * What was added in the window, and over how many seconds, fewer than the window's as long as
   * nobody has looked for so long. The ratio of hits is left out when nothing was asked for.
   */
  Map<String, Object> report() {
    var last = latest.getLast();
    var first = window.isEmpty() ? last : window.getFirst();
    var added = last.sums().since(first.sums());
    var report = new LinkedHashMap<String, Object>();
    report.put("seconds", Math.round(first.secondsUntil(last)));
    if (added.asked() > 0) {
      report.put("hitRatio", rounded((double) added.answered() / added.asked()));
    }
    report.putAll(added.named());
    return report;
  }

  /** Requests a second, of all and of each kind, in the last ten seconds or so. */
  Map<String, Object> perSecond() {
    var last = latest.getLast();
    var first = latest.getFirst();
    double seconds = first.secondsUntil(last);
    var rates = new LinkedHashMap<String, Object>();
    last.sums()
        .since(first.sums())
        .named()
        .forEach(
            (name, count) -> rates.put(name, seconds > 0 ? rounded((long) count / seconds) : 0));
    return rates;
  }

  static double rounded(double value) {
    return Math.round(value * 1000) / 1000.0;
  }
}

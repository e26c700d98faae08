package io.larder.ratelimit;

import io.larder.model.Glob;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A bound on what one subject may use.
 *
 * <p>Over a sliding window of {@link #SUB_BUCKETS} sub-buckets: what is admitted in any window of
 * that length is never more than the limit. <em>Why:</em> time is cut into sub-buckets of a
 * sixtieth of the window, and a decision at a moment in sub-bucket b adds up b − 60 to b. Every
 * moment less than a window ago lies in one of these, so whatever was admitted in the window that
 * ends now is counted. The oldest of the 61 may lie outside in part, so a decision is too strict by
 * at most one sub-bucket's worth, for at most a sixtieth of the window.
 *
 * @param name unique among the policies of one kind of subject; 1 to 64 of {@code a-z 0-9 -}
 * @param unit what is counted
 * @param limit how much of it, 1 to 10^12; at once, for {@link Unit#CONCURRENT}
 * @param window 1 s to 31 days; zero for {@link Unit#CONCURRENT}
 * @param model a glob: only requests for such models are counted; empty = all
 * @param shadow whether it only counts and tells, but admits
 * @param holder what of the subject it is for, such as a key of a user; empty = all of it
 */
public record Policy(
    String name,
    Unit unit,
    long limit,
    Duration window,
    Optional<String> model,
    boolean shadow,
    String holder) {
  /** Parts of a window. */
  public static final int SUB_BUCKETS = 60;

  static final long LIMIT_MAX = 1_000_000_000_000L;
  static final Duration WINDOW_MIN = Duration.ofSeconds(1);
  static final Duration WINDOW_MAX = Duration.ofDays(31);
  static final Pattern NAME = Pattern.compile("[a-z0-9-]{1,64}");

  public Policy {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("a name is 1 to 64 of a-z, 0-9 and -, was " + name);
    }
    if (limit < 1 || limit > LIMIT_MAX) {
      throw new IllegalArgumentException("a limit is 1 to " + LIMIT_MAX + ", was " + limit);
    }
    boolean windowed = unit != Unit.CONCURRENT;
    if (windowed && (window.compareTo(WINDOW_MIN) < 0 || window.compareTo(WINDOW_MAX) > 0)) {
      throw new IllegalArgumentException("w is 1 to 2678400 seconds, was " + window.toSeconds());
    }
  }

  /** A policy for all of its subject. */
  public Policy(
      String name, Unit unit, long limit, Duration window, Optional<String> model, boolean shadow) {
    this(name, unit, limit, window, model, shadow, "");
  }

  Policy heldBy(String holder) {
    return new Policy(name, unit, limit, window, model, shadow, holder);
  }

  /**
   * What it counts under, unlike that of any other policy of its subject. One of another unit or
   * window counts anew: what was counted in other units, or in other parts of time, says nothing.
   */
  String counter() {
    var mine = name + ":" + unit.word() + (window.isZero() ? "" : ":" + window.toSeconds());
    return holder.isEmpty() ? mine : holder + ":" + mine;
  }

  /** What figures call it. Names of keys' policies are their makers', and without number. */
  String figure() {
    return holder.isEmpty() ? name : "key";
  }

  /** Whether it counts requests for that model. */
  public boolean concerns(String requested) {
    return model.isEmpty() || new Glob(model.get()).matches(requested);
  }
}

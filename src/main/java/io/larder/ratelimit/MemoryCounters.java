package io.larder.ratelimit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Counters of this node alone: without Valkey, and while it is out of reach. Written to be obvious;
 * the script must do the same.
 */
final class MemoryCounters implements Counters {
  /** Some kilobytes each; the least used are forgotten, and begin anew. */
  private static final int SUBJECTS_MAX = 100_000;

  private final InstantSource clock;
  private final Cache<String, Subject> subjects =
      Caffeine.newBuilder()
          .maximumSize(SUBJECTS_MAX)
          .expireAfterAccess(Policy.WINDOW_MAX)
          .executor(Runnable::run)
          .build();

  MemoryCounters(InstantSource clock) {
    this.clock = clock;
  }

  /** What one subject has used; guarded by itself. */
  private static final class Subject {
    /** By policy: sub-bucket to what was used in it. */
    private final Map<String, TreeMap<Long, Long>> windows = new HashMap<>();

    /** By policy: request to the end of its lease. */
    private final Map<String, Map<String, Long>> leases = new HashMap<>();

    /** By request: policy to the sub-bucket and cost charged. */
    private final Map<String, Map<String, Charged>> charged = new HashMap<>();
  }

  private record Charged(long bucket, long cost, long until) {}

  /** What a policy says of a charge. */
  private record Look(long used, long resetMillis, long waitMillis) {}

  private Subject subject(String name) {
    return subjects.get(name, absent -> new Subject());
  }

  @Override
  public Decision decide(String name, String id, List<Charge> charges) {
    var subject = subject(name);
    synchronized (subject) {
      long now = clock.millis();
      subject.charged.values().removeIf(of -> of.values().stream().allMatch(c -> c.until() <= now));
      var looks = charges.stream().map(charge -> look(subject, charge, now)).toList();
      Policy violated = null;
      long longest = 0;
      for (int i = 0; i < charges.size(); i++) {
        boolean counts = !charges.get(i).policy().shadow();
        if (counts && looks.get(i).waitMillis() > longest) {
          longest = looks.get(i).waitMillis();
          violated = charges.get(i).policy();
        }
      }
      if (violated == null) {
        charges.forEach(charge -> apply(subject, id, charge, now));
      }
      var left = new ArrayList<Left>();
      for (int i = 0; i < charges.size(); i++) {
        var policy = charges.get(i).policy();
        long used = looks.get(i).used() + (violated == null ? charges.get(i).cost() : 0);
        left.add(
            new Left(
                policy,
                Math.max(0, policy.limit() - used),
                Duration.ofMillis(looks.get(i).resetMillis()),
                looks.get(i).waitMillis() > 0));
      }
      return violated == null
          ? new Decision.Admitted(left)
          : new Decision.Refused(violated, Duration.ofMillis(longest), left);
    }
  }

  private static Look look(Subject subject, Charge charge, long now) {
    var policy = charge.policy();
    if (policy.unit() == Unit.CONCURRENT) {
      var leases = subject.leases.getOrDefault(policy.counter(), Map.of());
      long used = leases.values().stream().filter(end -> end > now).count();
      boolean full = charge.cost() > 0 && used + charge.cost() > policy.limit();
      return new Look(used, 1000, full ? 1000 : 0);
    }
    long window = policy.window().toMillis();
    long bucket = bucket(now, window);
    var live = new TreeMap<Long, Long>();
    live.putAll(
        subject
            .windows
            .getOrDefault(policy.counter(), new TreeMap<>())
            .tailMap(bucket - Policy.SUB_BUCKETS, true));
    long used = Math.max(0, live.values().stream().mapToLong(Long::longValue).sum());
    long reset = leaves(live.isEmpty() ? bucket : live.firstKey(), window, now);
    long excess = used + charge.cost() - policy.limit();
    if (charge.cost() == 0 || excess <= 0) {
      return new Look(used, reset, 0);
    }
    for (var one : live.entrySet()) {
      excess -= one.getValue();
      if (excess <= 0) {
        return new Look(used, reset, leaves(one.getKey(), window, now));
      }
    }
    return new Look(used, reset, leaves(bucket, window, now));
  }

  private static long bucket(long now, long window) {
    return Math.floorDiv(now * Policy.SUB_BUCKETS, window);
  }

  /** Milliseconds until a sub-bucket does not count any more. */
  private static long leaves(long bucket, long window, long now) {
    long end = Math.ceilDiv((bucket + Policy.SUB_BUCKETS + 1) * window, Policy.SUB_BUCKETS);
    return Math.max(1, end - now);
  }

  private static void apply(Subject subject, String id, Charge charge, long now) {
    if (charge.cost() == 0) {
      return;
    }
    var policy = charge.policy();
    if (policy.unit() == Unit.CONCURRENT) {
      var leases = subject.leases.computeIfAbsent(policy.counter(), absent -> new HashMap<>());
      leases.values().removeIf(end -> end <= now);
      leases.put(id, now + LEASE.toMillis());
      return;
    }
    long window = policy.window().toMillis();
    long bucket = bucket(now, window);
    var counts = subject.windows.computeIfAbsent(policy.counter(), absent -> new TreeMap<>());
    counts.headMap(bucket - Policy.SUB_BUCKETS, false).clear();
    counts.merge(bucket, charge.cost(), Long::sum);
    if (charge.settled()) {
      subject
          .charged
          .computeIfAbsent(id, absent -> new HashMap<>())
          .put(policy.counter(), new Charged(bucket, charge.cost(), now + window));
    }
  }

  @Override
  public void settle(String name, String id, List<Charge> charges, List<Long> used) {
    var subject = subject(name);
    synchronized (subject) {
      long now = clock.millis();
      var charged = subject.charged.remove(id);
      for (int i = 0; i < charges.size(); i++) {
        var policy = charges.get(i).policy();
        var leases = subject.leases.get(policy.counter());
        if (leases != null) {
          leases.remove(id);
        }
        var of = charged == null ? null : charged.get(policy.counter());
        if (of != null && of.until() > now) {
          long more = used.get(i) - of.cost();
          subject
              .windows
              .getOrDefault(policy.counter(), new TreeMap<>())
              .computeIfPresent(of.bucket(), (bucket, count) -> count + more);
        }
      }
    }
  }

  @Override
  public void renew(String name, String id, List<Charge> charges) {
    var subject = subject(name);
    synchronized (subject) {
      long end = clock.millis() + LEASE.toMillis();
      for (var charge : charges) {
        if (charge.policy().unit() == Unit.CONCURRENT && charge.cost() > 0) {
          subject
              .leases
              .computeIfAbsent(charge.policy().counter(), absent -> new HashMap<>())
              .put(id, end);
        }
      }
    }
  }
}

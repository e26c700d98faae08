package io.larder.ratelimit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.larder.ratelimit.LimitSettings.OnOutage;
import io.larder.telemetry.Telemetry;
import io.larder.valkey.ValkeyUnavailable;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/**
 * Says whether a subject may go on, in one round trip however many policies it has. While Valkey is
 * out of reach, {@code larder.limits.on-outage} decides.
 *
 * <p>A subject that was refused is refused again without asking, for a second at most or until it
 * may be admitted; but not for concurrency, which comes back at any moment.
 */
public final class Limits implements AutoCloseable {
  /** Policies may have been changed meanwhile, or tokens given back. */
  private static final Duration REFUSED_AGAIN_MAX = Duration.ofSeconds(1);

  private static final int REFUSED_MAX = 10_000;

  /** A part of the connections: requests want some too. */
  private static final int RENEWED_AT_ONCE = 16;

  private static final int TOLD_MAX = 1_000;
  private static final Duration TOLD_AGAIN = Duration.ofMinutes(1);
  private static final double NEAR = 0.8;
  private static final Logger LOG = System.getLogger(Limits.class.getName());

  private final Supplier<LimitSettings> settings;
  private final Counters local;
  private final Optional<Counters> shared;
  private final Telemetry telemetry;
  private final LongSupplier nanoTime;
  private final Set<Pass> inProgress = ConcurrentHashMap.newKeySet();
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("larder-limits").factory());
  private final Cache<Wanted, Again> refused =
      Caffeine.newBuilder()
          .maximumSize(REFUSED_MAX)
          .expireAfterWrite(REFUSED_AGAIN_MAX)
          .executor(Runnable::run)
          .build();

  /** Shadow policies that were logged of late. */
  private final Cache<String, Boolean> told =
      Caffeine.newBuilder()
          .maximumSize(TOLD_MAX)
          .expireAfterWrite(TOLD_AGAIN)
          .executor(Runnable::run)
          .build();

  private record Wanted(String subject, List<Charge> charges) {}

  private record Again(Decision.Refused refusal, long until) {}

  /** How a request goes on. */
  public sealed interface Answer {
    /** It goes on; the caller settles the pass in any case. */
    record Go(Pass pass, List<Left> left) implements Answer {}

    /** It does not. */
    record Stop(Decision.Refused refusal) implements Answer {}

    /** Nobody knows, and {@link OnOutage#CLOSED} wants nobody to go on then. */
    record Unknown() implements Answer {}
  }

  /** What a request was charged, to be settled once it is known what it has used. */
  public final class Pass {
    private final Counters counters;
    private final String subject;
    private final String id;
    private final List<Charge> charges;
    private final AtomicBoolean settled = new AtomicBoolean();

    private Pass(Counters counters, String subject, String id, List<Charge> charges) {
      this.counters = counters;
      this.subject = subject;
      this.id = id;
      this.charges = charges;
    }

    /** Whether something is to be settled still. */
    public boolean isOwed() {
      return !settled.get() && needsSettling();
    }

    private boolean needsSettling() {
      return charges.stream()
          .anyMatch(
              charge ->
                  charge.cost() > 0
                      && (charge.settled() || charge.policy().unit() == Unit.CONCURRENT));
    }

    /**
     * Puts what was used in the place of what was charged to be settled, and gives concurrency
     * back. Only the first time counts.
     *
     * @param used of a policy's unit
     */
    public void settle(ToLongFunction<Policy> used) {
      if (!settled.compareAndSet(false, true)) {
        return;
      }
      inProgress.remove(this);
      if (needsSettling()) {
        var all =
            charges.stream()
                .map(charge -> charge.settled() ? used.applyAsLong(charge.policy()) : charge.cost())
                .toList();
        settle(all);
        tell(all);
      }
    }

    /** Nothing better than what was charged is known; gives concurrency back. */
    public void settleAsCharged() {
      settle(
          policy ->
              charges.stream()
                  .filter(charge -> charge.policy().equals(policy))
                  .mapToLong(Charge::cost)
                  .findFirst()
                  .orElse(0));
    }

    private void settle(List<Long> used) {
      try {
        counters.settle(subject, id, charges, used);
      } catch (ValkeyUnavailable down) {
        // what was charged stays until its window is over, and a lease until it runs out
        LOG.log(Level.DEBUG, "not settled for {0}: {1}", subject, down.getMessage());
      }
    }

    private void tell(List<Long> used) {
      for (int i = 0; i < charges.size(); i++) {
        var policy = charges.get(i).policy();
        if (policy.unit().isTokens()) {
          telemetry.limitTokens(policy.figure(), charges.get(i).cost(), used.get(i));
        }
      }
    }

    private void renew() {
      try {
        counters.renew(subject, id, charges);
        if (settled.get()) {
          // it was settled meanwhile: the renewal has brought the lease back
          counters.settle(subject, id, charges, charges.stream().map(Charge::cost).toList());
        }
      } catch (RuntimeException failed) {
        // whatever it is: a clock that stops would lose the leases of all
        LOG.log(Level.DEBUG, "lease of {0} not renewed: {1}", subject, failed.getMessage());
      }
    }
  }

  /**
   * Limits.
   *
   * @param shared counters of all nodes; empty = this node is alone
   * @param local counters of this node, for when those are out of reach
   * @param nanoTime a monotonic clock
   */
  Limits(
      Supplier<LimitSettings> settings,
      Optional<Counters> shared,
      Counters local,
      Telemetry telemetry,
      LongSupplier nanoTime) {
    this.settings = settings;
    this.shared = shared;
    this.local = local;
    this.telemetry = telemetry;
    this.nanoTime = nanoTime;
    long interval = Counters.LEASE.toMillis() / 3;
    var unused =
        clock.scheduleWithFixedDelay(this::renew, interval, interval, TimeUnit.MILLISECONDS);
  }

  /** Renews all, several at a time: thousands in a row would take longer than a lease lasts. */
  private void renew() {
    var due = new ConcurrentLinkedQueue<>(inProgress);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < Math.min(RENEWED_AT_ONCE, due.size()); i++) {
        threads.execute(
            () -> {
              for (var pass = due.poll(); pass != null; pass = due.poll()) {
                pass.renew();
              }
            });
      }
    }
  }

  /** The policies as they are now. */
  public LimitSettings settings() {
    return settings.get();
  }

  /**
   * May this go on?
   *
   * @param subject who, such as {@code user/tenant/id}
   */
  public Answer ask(String subject, List<Charge> charges) {
    if (charges.isEmpty()) {
      return new Answer.Go(new Pass(local, subject, "", charges), List.of());
    }
    var wanted = new Wanted(subject, charges);
    var again = refused.getIfPresent(wanted);
    long left = again == null ? 0 : again.until() - nanoTime.getAsLong();
    if (again != null && left > 0) {
      var refusal = again.refusal();
      count(new Decision.Refused(refusal.violated(), Duration.ofNanos(left), refusal.left()));
      return new Answer.Stop(
          new Decision.Refused(refusal.violated(), Duration.ofNanos(left), refusal.left()));
    }
    return decide(wanted);
  }

  private Answer decide(Wanted wanted) {
    var id = Long.toHexString(ThreadLocalRandom.current().nextLong());
    var counters = shared.orElse(local);
    try {
      return answer(counters, id, wanted, decide(counters, id, wanted));
    } catch (ValkeyUnavailable down) {
      return switch (settings.get().onOutage()) {
        case LOCAL -> answer(local, id, wanted, decide(local, id, wanted));
        case OPEN -> {
          wanted.charges().forEach(one -> telemetry.limitDecision(one.policy().figure(), "open"));
          yield new Answer.Go(new Pass(local, wanted.subject(), id, List.of()), List.of());
        }
        case CLOSED -> {
          wanted.charges().forEach(one -> telemetry.limitDecision(one.policy().figure(), "closed"));
          yield new Answer.Unknown();
        }
      };
    }
  }

  private static Decision decide(Counters counters, String id, Wanted wanted) {
    return counters.decide(wanted.subject(), id, wanted.charges());
  }

  private Answer answer(Counters counters, String id, Wanted wanted, Decision decision) {
    count(decision);
    decision.left().stream().filter(Left::over).forEach(one -> overShadow(wanted.subject(), one));
    return switch (decision) {
      case Decision.Admitted(var left) -> {
        var pass = new Pass(counters, wanted.subject(), id, wanted.charges());
        if (pass.needsSettling()) {
          inProgress.add(pass);
        }
        yield new Answer.Go(pass, left);
      }
      case Decision.Refused refusal -> {
        // what may be given back at any moment may have room at any moment
        boolean lasting = wanted.charges().stream().noneMatch(Limits::isGivenBack);
        if (refusal.violated().unit() != Unit.CONCURRENT && lasting) {
          long until = nanoTime.getAsLong() + refusal.retryAfter().toNanos();
          refused.put(wanted, new Again(refusal, until));
        }
        yield new Answer.Stop(refusal);
      }
    };
  }

  private static boolean isGivenBack(Charge charge) {
    return charge.settled() && !charge.policy().unit().isTokens();
  }

  private void count(Decision decision) {
    switch (decision) {
      case Decision.Admitted(var left) ->
          left.forEach(one -> telemetry.limitDecision(one.policy().figure(), word(one)));
      case Decision.Refused refusal ->
          telemetry.limitDecision(refusal.violated().figure(), "refused");
    }
  }

  private static String word(Left left) {
    if (left.over()) {
      return "shadow";
    }
    long used = left.policy().limit() - left.remaining();
    return used >= NEAR * left.policy().limit() ? "near" : "admitted";
  }

  /** Once a minute for each subject, as long as it lasts. */
  private void overShadow(String subject, Left left) {
    var policy = left.policy();
    if (policy.shadow()
        && told.asMap().putIfAbsent(subject + " " + policy.counter(), true) == null) {
      LOG.log(
          Level.INFO,
          "limit would refuse: policy={0} of={1} limit={2}",
          policy.name(),
          subject,
          String.valueOf(policy.limit()));
    }
  }

  /** What is left of policies; nothing is charged. Empty if it is not known. */
  public List<Left> left(String subject, List<Policy> policies) {
    var charges = policies.stream().map(policy -> new Charge(policy, 0)).toList();
    if (charges.isEmpty()) {
      return List.of();
    }
    try {
      return shared.orElse(local).decide(subject, "", charges).left();
    } catch (ValkeyUnavailable down) {
      return settings.get().onOutage() == OnOutage.LOCAL
          ? local.decide(subject, "", charges).left()
          : List.of();
    }
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }
}

package io.larder.inference;

import io.larder.model.Usage;
import io.larder.ratelimit.Charge;
import io.larder.ratelimit.Decision;
import io.larder.ratelimit.Limits;
import io.larder.ratelimit.Policy;
import io.larder.wire.WireFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What one request for a provider is charged: to its user, and to each provider that is asked.
 * Settled once it is known what it has cost; only the first settlement counts, so that every way
 * out may have one.
 */
final class Charged {
  private final Limits limits;
  private final List<Policy> callerPolicies;
  private final Asked asked;

  /** The caller's first, then the last provider's; those before are settled. */
  private final List<Limits.Pass> passes = new ArrayList<>();

  private Estimate estimate = new Estimate(0, 0);

  /** Who wants to know; the first settlement alone is told. */
  private final AtomicReference<@Nullable Observer> observer = new AtomicReference<>();

  /** Is told what the answer has cost, or how it has ended. */
  interface Observer {
    /**
     * A request is settled.
     *
     * @param isBroken whether the answer has come to no end
     */
    void settled(Usage usage, boolean isBroken);
  }

  /**
   * Nothing is charged yet.
   *
   * @param callerPolicies of the caller and of the key; empty = the caller is spared
   */
  Charged(Limits limits, List<Policy> callerPolicies, Asked asked) {
    this.limits = limits;
    this.callerPolicies = callerPolicies;
    this.asked = asked;
  }

  /**
   * Charges the user: the tokens, and a request where a policy is for some models only; all others
   * were counted when the request came in.
   *
   * @throws NotAdmitted if that is too much
   */
  void user() {
    estimate = Estimate.of(asked.format().wire(), asked.request());
    var named = asked.request().model();
    var meant = asked.routes().getFirst().model();
    var charges =
        callerPolicies.stream()
            .filter(policy -> policy.unit().isTokens() || policy.model().isPresent())
            .filter(policy -> policy.concerns(named) || policy.concerns(meant))
            .map(estimate::charge)
            .toList();
    admit(Charges.subject(asked.caller()), charges, LimitExceeded::ofCaller);
  }

  /**
   * Charges a provider that is about to be asked; the one before it has not answered.
   *
   * @throws NotAdmitted if that is too much, and the next one may be asked
   */
  void provider(String name, String model) {
    while (passes.size() > 1) {
      passes.removeLast().settle(policy -> 0);
    }
    var charges =
        limits.settings().provider(name).stream()
            .filter(policy -> policy.concerns(model))
            .map(estimate::charge)
            .toList();
    admit("provider/" + name, charges, refusal -> new LimitExceeded("provider " + name, refusal));
  }

  private void admit(
      String subject, List<Charge> charges, Function<Decision.Refused, LimitExceeded> exceeded) {
    switch (limits.ask(subject, charges)) {
      case Limits.Answer.Go(var pass, var left) -> passes.add(pass);
      case Limits.Answer.Stop(var refusal) -> throw exceeded.apply(refusal);
      case Limits.Answer.Unknown unknown -> throw new LimitsUnavailable();
    }
  }

  void observe(Observer one) {
    observer.set(one);
  }

  /** No provider has answered, or the one that did has refused. */
  void nothing() {
    settle(pass -> pass.settle(policy -> 0), Usage.UNKNOWN, false);
  }

  /** A provider has answered; what it has used, or {@link Usage#UNKNOWN}. */
  void used(Usage usage) {
    if (usage.equals(Usage.UNKNOWN)) {
      asEstimated();
    } else {
      settle(pass -> pass.settle(policy -> estimate.used(policy, usage)), usage, false);
    }
  }

  /** A provider has answered with that. */
  void used(WireFormat format, byte[] answer) {
    if (observer.get() != null || passes.stream().anyMatch(Limits.Pass::isOwed)) {
      used(format.read(answer).usage().orElse(Usage.UNKNOWN));
    }
  }

  /** A stream has ended before its usage was told, after so many events. */
  void brokenOff(long events) {
    settle(pass -> pass.settle(policy -> estimate.brokenOff(policy, events)), Usage.UNKNOWN, true);
  }

  /** A provider was at work, and nobody knows how much it has used. */
  void asEstimated() {
    settle(Limits.Pass::settleAsCharged, Usage.UNKNOWN, false);
  }

  private void settle(Consumer<Limits.Pass> way, Usage usage, boolean isBroken) {
    passes.forEach(way);
    var told = observer.getAndSet(null);
    if (told != null) {
      told.settled(usage, isBroken);
    }
  }
}

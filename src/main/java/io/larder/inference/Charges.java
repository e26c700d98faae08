package io.larder.inference;

import io.larder.model.Caller;
import io.larder.ratelimit.Charge;
import io.larder.ratelimit.Left;
import io.larder.ratelimit.Limits;
import io.larder.ratelimit.Policies;
import io.larder.ratelimit.Policy;
import io.larder.ratelimit.Unit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Which limits a request has to keep, and what it costs: one request when it comes in, and tokens,
 * estimated at first, before a provider is asked. What the cache answers costs no tokens.
 */
public final class Charges {
  private static final String ADMIN = "admin";

  /** As many as one may have at once, each day anew. */
  private static final Policy KEYS_MADE =
      new Policy("keys-made", Unit.REQUESTS, 100, Duration.ofDays(1), Optional.empty(), false);

  /** More than anybody needs, and a bound on the sessions of one user. */
  private static final Policy SIGN_INS =
      new Policy("sign-ins", Unit.REQUESTS, 60, Duration.ofHours(1), Optional.empty(), false);

  private final Limits limits;

  Charges(Limits limits) {
    this.limits = limits;
  }

  /** Where somebody stands with a policy. */
  public record Standing(String scope, Policy policy, Optional<Left> left) {}

  /**
   * May a request of that caller come in? Counts requests and concurrency; of tokens it only tells
   * what is left.
   */
  public Limits.Answer enter(Caller caller) {
    var charges =
        caller(caller).stream()
            .filter(policy -> policy.model().isEmpty())
            .map(policy -> new Charge(policy, policy.unit().isTokens() ? 0 : 1))
            .toList();
    return limits.ask(subject(caller), charges);
  }

  /**
   * May the caller make a key? What has been counted for keys stays as long as their windows, so
   * that users who make and revoke all day would fill the store. Administrators may.
   *
   * @throws NotAdmitted if that were too many
   */
  public void makeKey(Caller caller) {
    bounded("keys/", KEYS_MADE, caller);
  }

  /**
   * May the caller sign in? Sessions stay until they expire, whether a browser comes back or not.
   * Administrators may.
   *
   * @throws NotAdmitted if that were too many
   */
  public void signIn(Caller caller) {
    bounded("sign-ins/", SIGN_INS, caller);
  }

  private void bounded(String what, Policy policy, Caller caller) {
    if (!caller.isAdmin()) {
      switch (limits.ask(what + caller.subject(), List.of(new Charge(policy, 1)))) {
        case Limits.Answer.Go(var pass, var left) -> pass.settleAsCharged();
        case Limits.Answer.Stop(var refusal) -> throw LimitExceeded.ofCaller(refusal);
        case Limits.Answer.Unknown unknown -> throw new LimitsUnavailable();
      }
    }
  }

  /** Providers that have limits, and that there are not. */
  public Set<String> unknown(Set<String> providers) {
    var names = new TreeSet<>(limits.settings().providers().keySet());
    names.removeAll(providers);
    return names;
  }

  /** What a request will be charged before a provider is asked. */
  Charged of(Asked asked) {
    return new Charged(limits, caller(asked.caller()), asked);
  }

  /** Where a caller stands; nothing is charged. */
  public List<Standing> standings(Caller caller) {
    return standings(LimitExceeded.USER, subject(caller), caller(caller)).stream()
        .map(Charges::ofKey)
        .toList();
  }

  /** Where all providers stand that have limits; nothing is charged. */
  public List<Standing> standingsOfProviders() {
    var all = new ArrayList<Standing>();
    new TreeMap<>(limits.settings().providers())
        .forEach(
            (name, policies) ->
                all.addAll(standings("provider " + name, "provider/" + name, policies)));
    return all;
  }

  private List<Standing> standings(String scope, String subject, List<Policy> policies) {
    var left = limits.left(subject, policies);
    return policies.stream()
        .map(
            policy ->
                new Standing(
                    scope,
                    policy,
                    left.stream().filter(one -> one.policy().equals(policy)).findFirst()))
        .toList();
  }

  private static Standing ofKey(Standing one) {
    return one.policy().holder().isEmpty()
        ? one
        : new Standing(LimitExceeded.KEY, one.policy(), one.left());
  }

  /** Policies of a caller: the user's, and those of the key. All must admit. */
  private List<Policy> caller(Caller caller) {
    return caller
        .limits()
        .map(
            own ->
                Stream.concat(
                        user(caller).stream(),
                        Policies.ofKey("key/" + own.family(), own.policies()).stream())
                    .toList())
        .orElseGet(() -> user(caller));
  }

  /** Policies of a user. The shipped ones spare the administrator that the operator has made. */
  private List<Policy> user(Caller caller) {
    var settings = limits.settings();
    boolean bootstrap = caller.id().equals(ADMIN) && caller.roles().contains(ADMIN);
    return bootstrap && settings.userIsDefault() ? List.of() : settings.user();
  }

  static String subject(Caller caller) {
    return "user/" + caller.subject();
  }
}

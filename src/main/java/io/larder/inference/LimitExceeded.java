package io.larder.inference;

import io.larder.ratelimit.Decision;
import io.larder.ratelimit.Left;
import io.larder.ratelimit.Policy;
import io.larder.ratelimit.Unit;
import java.time.Duration;
import java.util.Optional;

/** A limit is reached. */
public final class LimitExceeded extends NotAdmitted {
  private static final long serialVersionUID = 1L;

  /** The scope of a user's own limits. */
  static final String USER = "user";

  /** The scope of the limits of a user's key. */
  static final String KEY = "key";

  private final String scope;
  private final transient Decision.Refused refusal;

  /**
   * A limit of somebody.
   *
   * @param scope whose, such as {@code provider openai}
   */
  public LimitExceeded(String scope, Decision.Refused refusal) {
    super(text(scope, refusal.violated(), refusal.retryAfter()));
    this.scope = scope;
    this.refusal = refusal;
  }

  /** A limit of who asks: the user's, or that of the key. */
  public static LimitExceeded ofCaller(Decision.Refused refusal) {
    return new LimitExceeded(refusal.violated().holder().isEmpty() ? USER : KEY, refusal);
  }

  /** Whether it is the caller's own, rather than one that users share. */
  public boolean isOfCaller() {
    return scope.equals(USER) || scope.equals(KEY);
  }

  /** The policy that keeps the request longest. */
  public Policy policy() {
    return refusal.violated();
  }

  /** Time until that policy admits the request, if nobody else comes first. */
  public Duration retryAfter() {
    return refusal.retryAfter();
  }

  /** What is left of that policy. */
  public Optional<Left> left() {
    return refusal.left().stream().filter(left -> left.policy().equals(policy())).findFirst();
  }

  private static String text(String scope, Policy policy, Duration retryAfter) {
    var text = new StringBuilder("limit ").append(policy.name()).append(" of ").append(scope);
    policy.model().ifPresent(model -> text.append(" for models ").append(model));
    text.append(" is reached: ").append(policy.limit()).append(' ').append(unit(policy.unit()));
    if (!policy.window().isZero()) {
      text.append(" in ").append(policy.window().toSeconds()).append(" s");
    }
    long seconds = retryAfter.plusNanos(999_999_999).toSeconds();
    return text.append("; try again in ").append(seconds).append(" s").toString();
  }

  private static String unit(Unit unit) {
    return switch (unit) {
      case REQUESTS -> "requests";
      case TOKENS -> "tokens";
      case INPUT_TOKENS -> "input tokens";
      case OUTPUT_TOKENS -> "output tokens";
      case CONCURRENT -> "requests at once";
    };
  }
}

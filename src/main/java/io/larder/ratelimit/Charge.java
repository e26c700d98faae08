package io.larder.ratelimit;

/**
 * What a request wants of a policy.
 *
 * @param cost 0 or more; 0 only asks how much is left. A cost above the limit counts as the limit:
 *     a fresh limit admits any request
 * @param settled whether what was used is told afterwards, and counts then; of tokens always
 */
public record Charge(Policy policy, long cost, boolean settled) {
  public Charge {
    if (cost < 0) {
      throw new IllegalArgumentException("a cost is 0 or more, was " + cost);
    }
    cost = Math.min(cost, policy.limit());
    settled |= policy.unit().isTokens();
  }

  /** A charge that stays, unless it is one of tokens. */
  public Charge(Policy policy, long cost) {
    this(policy, cost, false);
  }
}

package io.larder.ratelimit;

/**
 * What a request wants of a policy.
 *
 * @param cost 0 or more; 0 only asks how much is left. A cost above the limit counts as the limit:
 *     a fresh limit admits any request
 */
public record Charge(Policy policy, long cost) {
  public Charge {
    if (cost < 0) {
      throw new IllegalArgumentException("a cost is 0 or more, was " + cost);
    }
    cost = Math.min(cost, policy.limit());
  }
}

package io.larder.ratelimit;

import java.time.Duration;

/**
 * What is left of a policy.
 *
 * @param remaining 0 or more
 * @param reset time until some of what is used comes back; never zero
 * @param over whether it does not admit what was asked for, though one that only counts lets it go
 */
public record Left(Policy policy, long remaining, Duration reset, boolean over) {}

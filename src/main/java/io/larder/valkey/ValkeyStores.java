package io.larder.valkey;

import java.util.Optional;

/**
 * The Valkey stores that are configured. Two, since what may be evicted and what must not be differ
 * in a policy that holds for a whole server.
 *
 * @param cache answers: may be evicted; empty = kept in this node's memory
 * @param state what must not be evicted: generations, figures, jobs; empty = in this node's memory
 */
public record ValkeyStores(Optional<Valkey> cache, Optional<Valkey> state) {}

package io.larder.valkey;

import java.util.Optional;

/**
 * The Valkey stores that are configured.
 *
 * @param cache answers: may be evicted; empty = kept in this node's memory
 */
public record ValkeyStores(Optional<Valkey> cache) {}

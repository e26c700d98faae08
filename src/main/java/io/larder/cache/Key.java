package io.larder.cache;

/**
 * Names one value.
 *
 * @param type the cache type, which its time to live and its metrics go by, such as {@code chat}
 * @param name unique over all types; becomes part of a Valkey key
 */
public record CacheKey(String type, String name) {}

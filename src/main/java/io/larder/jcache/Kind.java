package io.larder.jcache;

import javax.cache.configuration.MutableConfiguration;

/**
 * What tells one cache from another.
 *
 * @param configuration as it was asked for
 * @param layout where its entries lie
 * @param values values as bytes
 * @param lives how long entries live
 * @param <K> type of keys
 * @param <V> type of values
 */
record Kind<K, V>(
    MutableConfiguration<K, V> configuration, Layout<K> layout, Form<V> values, Lives<V> lives) {}

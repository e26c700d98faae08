package io.larder.jcache;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import javax.cache.Cache;
import javax.cache.configuration.CacheEntryListenerConfiguration;
import javax.cache.integration.CompletionListener;
import javax.cache.processor.EntryProcessor;
import javax.cache.processor.EntryProcessorException;
import javax.cache.processor.EntryProcessorResult;
import org.jspecify.annotations.Nullable;

/**
 * What a cache does with many keys, one after the other, and what is not done at all: there are no
 * loaders, writers and listeners.
 *
 * @param <K> type of keys
 * @param <V> type of values
 */
abstract class BulkCache<K, V> implements Cache<K, V> {
  /**
   * The cache can be asked.
   *
   * @throws IllegalStateException if it is closed
   */
  abstract void open();

  /** The same for that key; when that was, in nanoseconds. */
  abstract long begin(K key);

  /** The same for that key and value. */
  abstract long begin(K key, V value);

  @Override
  public Map<K, V> getAll(Set<? extends K> keys) {
    open();
    keys.forEach(this::begin);
    var found = new HashMap<K, V>();
    for (var key : keys) {
      var value = get(key);
      if (value != null) {
        found.put(key, value);
      }
    }
    return found;
  }

  @Override
  public void putAll(Map<? extends K, ? extends V> all) {
    open();
    all.forEach(this::begin);
    all.forEach(this::put);
  }

  @Override
  public boolean replace(K key, V value) {
    return getAndReplace(key, value) != null;
  }

  @Override
  public void removeAll(Set<? extends K> keys) {
    open();
    keys.forEach(this::begin);
    keys.forEach(this::remove);
  }

  @Override
  public <T> Map<K, EntryProcessorResult<T>> invokeAll(
      Set<? extends K> keys, EntryProcessor<K, V, T> processor, Object... arguments) {
    open();
    keys.forEach(this::begin);
    Objects.requireNonNull(processor);
    var results = new HashMap<K, EntryProcessorResult<T>>();
    for (var key : keys) {
      try {
        var result = invoke(key, processor, arguments);
        if (result != null) {
          results.put(key, () -> result);
        }
      } catch (EntryProcessorException failed) {
        results.put(
            key,
            () -> {
              throw failed;
            });
      }
    }
    return results;
  }

  @Override
  public void loadAll(
      Set<? extends K> keys, boolean replaceExisting, @Nullable CompletionListener listener) {
    open();
    keys.forEach(Objects::requireNonNull);
    // there is no loader, so everything is loaded
    if (listener != null) {
      listener.onCompletion();
    }
  }

  @Override
  public void registerCacheEntryListener(CacheEntryListenerConfiguration<K, V> listener) {
    throw new UnsupportedOperationException("listeners are not supported");
  }

  @Override
  public void deregisterCacheEntryListener(CacheEntryListenerConfiguration<K, V> listener) {
    throw new UnsupportedOperationException("listeners are not supported");
  }

  @Override
  public <T> T unwrap(Class<T> type) {
    if (type.isInstance(this)) {
      return type.cast(this);
    }
    throw new IllegalArgumentException("no " + type.getName());
  }
}

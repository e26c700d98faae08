package io.larder.jcache;

import java.util.Iterator;
import java.util.NoSuchElementException;
import javax.cache.Cache;
import org.jspecify.annotations.Nullable;

/**
 * The entries of a cache: each is read when it is come to, and those that have gone by then are
 * left out.
 *
 * @param <K> type of keys
 * @param <V> type of values
 */
final class Walk<K, V> implements Iterator<Cache.Entry<K, V>> {
  private final Cache<K, V> cache;
  private final Iterator<K> keys;
  private Cache.@Nullable Entry<K, V> next;
  private @Nullable K current;

  Walk(Cache<K, V> cache, Iterator<K> keys) {
    this.cache = cache;
    this.keys = keys;
  }

  @Override
  public boolean hasNext() {
    while (next == null && keys.hasNext()) {
      var key = keys.next();
      var value = cache.get(key);
      if (value != null) {
        next = new Pair<>(key, value);
      }
    }
    return next != null;
  }

  @Override
  public Cache.Entry<K, V> next() {
    if (!hasNext() || next == null) {
      throw new NoSuchElementException();
    }
    var entry = next;
    next = null;
    current = entry.getKey();
    return entry;
  }

  @Override
  public void remove() {
    var key = current;
    if (key == null) {
      throw new IllegalStateException("nothing was come to");
    }
    current = null;
    cache.remove(key);
  }

  private record Pair<K, V>(K key, V value) implements Cache.Entry<K, V> {
    @Override
    public K getKey() {
      return key;
    }

    @Override
    public V getValue() {
      return value;
    }

    @Override
    public <T> T unwrap(Class<T> type) {
      if (type.isInstance(this)) {
        return type.cast(this);
      }
      throw new IllegalArgumentException("no " + type.getName());
    }
  }
}

package io.larder.jcache;

import java.util.Objects;
import javax.cache.processor.EntryProcessor;
import javax.cache.processor.EntryProcessorException;
import javax.cache.processor.MutableEntry;
import org.jspecify.annotations.Nullable;

/**
 * Runs a processor on one entry as if nobody else were there: on a copy, which takes the entry's
 * place if that is still as it was; else all over.
 *
 * @param <K> type of keys
 * @param <V> type of values
 */
final class Processing<K, V> {
  /** Attempts while others change the same entry. */
  static final int ATTEMPTS_MAX = 1_000;

  private final StoredCache<K, V> cache;
  private final K key;

  Processing(StoredCache<K, V> cache, K key) {
    this.cache = cache;
    this.key = key;
  }

  <T> T run(EntryProcessor<K, V, T> processor, Object... arguments) {
    for (int i = 0; i < ATTEMPTS_MAX; i++) {
      var copy = new Copy(cache.look(key));
      T result;
      try {
        result = processor.process(copy, arguments);
      } catch (EntryProcessorException told) {
        throw told;
      } catch (RuntimeException failed) {
        throw new EntryProcessorException(failed);
      }
      if (copy.commit()) {
        return result;
      }
    }
    throw new EntryProcessorException("others changed the entry " + ATTEMPTS_MAX + " times");
  }

  private final class Copy implements MutableEntry<K, V> {
    private final @Nullable V before;
    private @Nullable V value;
    private boolean changed;
    private boolean read;

    Copy(@Nullable V before) {
      this.before = before;
      this.value = before;
    }

    boolean commit() {
      if (changed) {
        return cache.exchange(key, before, value);
      }
      if (read && before != null) {
        cache.touch(key);
      }
      return true;
    }

    @Override
    public boolean exists() {
      return value != null;
    }

    @Override
    public void remove() {
      value = null;
      changed = true;
    }

    @Override
    public void setValue(V changedTo) {
      value = Objects.requireNonNull(changedTo);
      changed = true;
    }

    @Override
    public K getKey() {
      return key;
    }

    @Override
    public @Nullable V getValue() {
      read = true;
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

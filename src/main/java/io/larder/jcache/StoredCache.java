package io.larder.jcache;

import io.larder.jcache.Change.Condition;
import io.larder.jcache.Change.Outcome;
import java.util.Collections;
import java.util.Iterator;
import java.util.Objects;
import javax.cache.Cache;
import javax.cache.CacheManager;
import javax.cache.configuration.Configuration;
import javax.cache.configuration.MutableConfiguration;
import javax.cache.processor.EntryProcessor;
import org.jspecify.annotations.Nullable;

/**
 * A cache whose entries are kept as bytes. Each method is one command of its {@link Entries}, and
 * one more where reading prolongs an entry's life; those over many keys are that many commands.
 *
 * <p>Where entries cannot be found without their keys, an iterator has none, for the server asks
 * for one again and again, and {@link #clear} and {@link #removeAll()} refuse.
 *
 * @param <K> type of keys
 * @param <V> type of values
 */
final class StoredCache<K, V> extends BulkCache<K, V> {
  private final String name;
  private final CacheManager manager;
  private final Kind<K, V> kind;
  private final Entries entries;
  private final Pen<V> pen;
  private final Tally tally = new Tally();
  private final Beans beans;
  private volatile boolean closed;

  StoredCache(String name, CacheManager manager, Kind<K, V> kind, Entries entries) {
    this.name = name;
    this.manager = manager;
    this.kind = kind;
    this.entries = entries;
    this.pen = new Pen<>(kind.values(), kind.lives(), entries);
    this.beans = new Beans(this, tally);
  }

  MutableConfiguration<K, V> configuration() {
    return kind.configuration();
  }

  /** What is published of it. */
  Beans beans() {
    return beans;
  }

  @Override
  public @Nullable V get(K key) {
    var value = look(key);
    if (value != null) {
      touch(key);
    }
    return value;
  }

  /** The value, whose life that does not prolong. */
  @Nullable V look(K key) {
    long began = begin(key);
    var value = value(entries.get(kind.layout().place(key)));
    tally.looked(value != null, began);
    return value;
  }

  /** Prolongs an entry's life, if reading it does. */
  void touch(K key) {
    touch(kind.layout().place(key));
  }

  @Override
  public boolean containsKey(K key) {
    var unused = begin(key);
    return value(entries.get(kind.layout().place(key))) != null;
  }

  @Override
  public void put(K key, V value) {
    long began = begin(key, value);
    if (set(Condition.ANY, key, value).done()) {
      tally.put(began);
    }
  }

  @Override
  public @Nullable V getAndPut(K key, V value) {
    long began = begin(key, value);
    var outcome = set(Condition.ANY, key, value);
    var before = value(outcome.before());
    tally.looked(before != null, began);
    tally.put(began);
    return before;
  }

  @Override
  public boolean putIfAbsent(K key, V value) {
    long began = begin(key, value);
    boolean done = set(Condition.ABSENT, key, value).done();
    tally.looked(!done, began);
    if (done) {
      tally.put(began);
    }
    return done;
  }

  @Override
  public @Nullable V getAndReplace(K key, V value) {
    long began = begin(key, value);
    var outcome = set(Condition.PRESENT, key, value);
    tally.looked(outcome.done(), began);
    if (!outcome.done()) {
      return null;
    }
    tally.put(began);
    return value(outcome.before());
  }

  @Override
  public boolean replace(K key, V expected, V value) {
    long began = begin(key, value);
    check(expected, kind.configuration().getValueType());
    var place = kind.layout().place(key);
    var outcome = pen.replace(place, expected, value);
    count(outcome, place, began);
    if (outcome.done()) {
      tally.put(began);
    }
    return outcome.done();
  }

  @Override
  public boolean remove(K key) {
    long began = begin(key);
    boolean done = entries.change(kind.layout().place(key), Change.remove()).done();
    if (done) {
      tally.removed(began);
    }
    return done;
  }

  @Override
  public boolean remove(K key, V expected) {
    long began = begin(key, expected);
    var place = kind.layout().place(key);
    var outcome = entries.change(place, Change.removeIf(kind.values().write(expected)));
    count(outcome, place, began);
    if (outcome.done()) {
      tally.removed(began);
    }
    return outcome.done();
  }

  @Override
  public @Nullable V getAndRemove(K key) {
    long began = begin(key);
    var outcome = entries.change(kind.layout().place(key), Change.remove());
    var before = value(outcome.before());
    tally.looked(before != null, began);
    if (outcome.done()) {
      tally.removed(began);
    }
    return before;
  }

  /** An entry that is there and not as expected was read, which may prolong its life. */
  private void count(Outcome outcome, Place place, long began) {
    boolean there = outcome.before() != null;
    tally.looked(there, began);
    if (there && !outcome.done()) {
      touch(place);
    }
  }

  @Override
  public void removeAll() {
    open();
    all().forEachRemaining(this::remove);
  }

  @Override
  public void clear() {
    open();
    all().forEachRemaining(key -> entries.change(kind.layout().place(key), Change.remove()));
  }

  @Override
  public Iterator<Cache.Entry<K, V>> iterator() {
    open();
    return kind.layout().listing().isEmpty()
        ? Collections.emptyIterator()
        : new Walk<>(this, all());
  }

  private Iterator<K> all() {
    var listing = kind.layout().listing();
    if (listing.isEmpty()) {
      throw new UnsupportedOperationException("entries of " + name + " are found by key alone");
    }
    return new Scan<>(listing.get(), entries);
  }

  @Override
  public <C extends Configuration<K, V>> C getConfiguration(Class<C> type) {
    return type.cast(kind.configuration());
  }

  @Override
  public <T> T invoke(K key, EntryProcessor<K, V, T> processor, Object... arguments) {
    var unused = begin(key);
    return new Processing<>(this, key).run(Objects.requireNonNull(processor), arguments);
  }

  @Override
  public String getName() {
    return name;
  }

  @Override
  public CacheManager getCacheManager() {
    return manager;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      beans.close();
      kind.lives().close();
      ((StoredCaches) manager).forget(name);
    }
  }

  @Override
  public boolean isClosed() {
    return closed;
  }

  private Outcome set(Condition condition, K key, V value) {
    return pen.set(kind.layout().place(key), condition, value);
  }

  /**
   * Puts one value in the place of another, without counting that it was looked at.
   *
   * @param before null = there was none
   * @param value null = it goes
   * @return whether it was so
   */
  boolean exchange(K key, @Nullable V before, @Nullable V value) {
    long began = System.nanoTime();
    var place = kind.layout().place(key);
    boolean done;
    if (value == null) {
      done =
          before == null
              || entries.change(place, Change.removeIf(kind.values().write(before))).done();
      if (done && before != null) {
        tally.removed(began);
      }
      return done;
    }
    var outcome =
        before == null
            ? pen.set(place, Condition.ABSENT, value)
            : pen.replace(place, before, value);
    if (outcome.done()) {
      tally.put(began);
    }
    // a new entry whose life is nothing is not there, and that is what was wanted
    return outcome.done() || (before == null && outcome.before() == null);
  }

  private @Nullable V value(byte @Nullable [] bytes) {
    return bytes == null ? null : kind.values().read(bytes).orElse(null);
  }

  private void touch(Place place) {
    long life = kind.lives().accessed();
    if (life != Change.LEAVE) {
      entries.expire(place, life);
    }
  }

  @Override
  long begin(K key, V value) {
    long began = begin(key);
    check(value, kind.configuration().getValueType());
    return began;
  }

  @Override
  long begin(K key) {
    open();
    check(key, kind.configuration().getKeyType());
    return System.nanoTime();
  }

  private static void check(Object given, Class<?> type) {
    Objects.requireNonNull(given);
    if (!type.isInstance(given)) {
      throw new ClassCastException(given.getClass().getName() + " is no " + type.getName());
    }
  }

  @Override
  void open() {
    if (closed) {
      throw new IllegalStateException("the cache " + name + " is closed");
    }
  }
}

package io.larder.cache;

import io.larder.valkey.ValkeyUnavailable;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * What the cache has kept, for operators: to be listed, described, removed by name or pattern, and
 * moved to another cache. None of it counts as use.
 */
public final class Entries {
  private static final int SCAN_COUNT = 1_000;

  /** A value is found by its name alone; the type is for who makes it. */
  private static final String ANY_TYPE = "*";

  /** Of a large store with few values that match, a list shows some and goes on with the next. */
  private static final int LIST_PAGES_MAX = 50;

  private final Cache cache;
  private final Store store;
  private final Generations generations;
  private final InstantSource clock;

  Entries(Cache cache, Store store, Generations generations, InstantSource clock) {
    this.cache = cache;
    this.store = store;
    this.generations = generations;
    this.clock = clock;
  }

  /** What is known of the value of that name, unless there is none alive. */
  public Optional<Listed> describe(String name) {
    return read(name)
        .map(
            kept ->
                new Listed(
                    name,
                    kept.labels(),
                    kept.storedAt(),
                    kept.retention().ttl(),
                    kept.value().length));
  }

  /**
   * The value of that name, stale or not, unless there is none alive. Does not count as use.
   *
   * @throws ValkeyUnavailable if the store gives no answer
   */
  public Optional<Kept> read(String name) {
    return store.value(new Key(ANY_TYPE, name)).filter(kept -> generations.hold(kept.stamps()));
  }

  /**
   * Removes the value of that name, whatever its type.
   *
   * @return whether there was one, or one was removed a short time ago, which nodes are told again
   * @throws ValkeyUnavailable if it may be there still; trying again does no harm
   */
  public boolean remove(String name) {
    var key = new Key(ANY_TYPE, name);
    if (store.find(key) instanceof Store.At.There) {
      cache.remove(key);
      return true;
    }
    return false;
  }

  /**
   * Keeps a value that was kept before, here or elsewhere, for what is left of its time.
   *
   * @return whether it is kept; not if its time is over or another value is there
   */
  public boolean restore(
      String name, Collection<Label> labels, Instant storedAt, Instant expiresAt, byte[] value) {
    var left = Duration.between(clock.instant(), expiresAt);
    if (!left.isPositive() || !storedAt.isBefore(expiresAt)) {
      return false;
    }
    var key = new Key(ANY_TYPE, name);
    if (cache.find(key) instanceof Lookup.Absent(long version)) {
      var all = new LinkedHashSet<>(labels);
      all.add(Label.EVERYTHING);
      var stamps = generations.stamps(all);
      var retention = Retention.of(Duration.between(storedAt, expiresAt));
      long own = ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE);
      return store.keep(key, new Kept(value, storedAt, retention, own, stamps), version);
    }
    return false;
  }

  /**
   * Lists values that are alive, some at a time.
   *
   * @param wanted labels that each must have
   * @param cursor empty to begin, else the page's before
   * @param limit about how many, 1 or more; fewer do not mean that there are no more
   * @throws ValkeyUnavailable if the store gives no answer
   */
  public Listed.Page list(Collection<Label> wanted, String cursor, int limit) {
    var found = new ArrayList<Listed>();
    var next = cursor;
    int pages = 0;
    do {
      var some = store.some(next, limit);
      some.values()
          .forEach(
              (name, kept) -> {
                if (kept.labels().containsAll(wanted) && generations.hold(kept.stamps())) {
                  long bytes = some.sizes().getOrDefault(name, 0L);
                  var ttl = kept.retention().ttl();
                  found.add(new Listed(name, kept.labels(), kept.storedAt(), ttl, bytes));
                }
              });
      next = some.next();
      pages++;
    } while (!next.isEmpty() && found.size() < limit && pages < LIST_PAGES_MAX);
    return new Listed.Page(found, next);
  }

  /**
   * Removes the values whose names match a glob, some at a time, and keeps others that are being
   * made from taking their places. What is made for the first time now may be kept after it.
   *
   * @param cursor empty to begin, else what the call before told to go on with
   * @throws ValkeyUnavailable if the store gives no answer
   */
  public Removal removeSome(String glob, String cursor) {
    var removed = store.removeSome(glob, cursor, SCAN_COUNT);
    // at the end whatever was removed: a run before may have failed to tell
    if (removed.removed() > 0 || removed.next().isEmpty()) {
      generations.announceMany();
    }
    return new Removal(removed.removed(), removed.next());
  }

  /**
   * How far a removal has come.
   *
   * @param next the cursor to go on with; empty = it is done
   */
  public record Removal(int removed, String next) {}
}

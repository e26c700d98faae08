package io.larder.cached;

import io.larder.cache.Cache;
import io.larder.cache.Key;
import io.larder.cache.Label;
import io.larder.valkey.ValkeyUnavailable;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Invalidations that Valkey did not take. Whoever comes next writes them; until they are written
 * nothing may be served, since it could be what they were for. Lost if the node stops before.
 */
final class Owed {
  /** Of labels and of keys each; beyond, everything is owed instead. */
  static final int COUNT_MAX = 1_000;

  private static final Logger LOG = System.getLogger(Owed.class.getName());

  private final Cache cache;
  private final ReentrantLock settling = new ReentrantLock();
  private final Set<Label> labels = new LinkedHashSet<>();
  private final Set<Key> keys = new LinkedHashSet<>();
  private volatile boolean any;

  Owed(Cache cache) {
    this.cache = cache;
  }

  /** Invalidates, now or when Valkey is there again. */
  void invalidate(Label label) {
    try {
      cache.invalidate(label);
    } catch (ValkeyUnavailable down) {
      owe(() -> labels.add(label));
    }
  }

  /**
   * Removes, now or when Valkey is there again.
   *
   * @return whether it is removed now
   */
  boolean remove(Key key) {
    try {
      cache.remove(key);
      return true;
    } catch (ValkeyUnavailable down) {
      owe(() -> keys.add(key));
      return false;
    }
  }

  private void owe(Runnable entry) {
    settling.lock();
    try {
      entry.run();
      if (labels.size() > COUNT_MAX || keys.size() > COUNT_MAX) {
        labels.clear();
        keys.clear();
        labels.add(Label.EVERYTHING);
      }
      if (!any) {
        LOG.log(Level.WARNING, "invalidation owed to Valkey: annotated methods are not cached");
      }
      any = true;
    } finally {
      settling.unlock();
    }
  }

  /** Tries to write what is owed; whether nothing is any more. */
  boolean settle() {
    if (!any) {
      return true;
    }
    if (!settling.tryLock()) {
      return false;
    }
    try {
      while (!labels.isEmpty()) {
        var label = labels.iterator().next();
        cache.invalidate(label);
        labels.remove(label);
      }
      while (!keys.isEmpty()) {
        var key = keys.iterator().next();
        cache.remove(key);
        keys.remove(key);
      }
      if (any) {
        LOG.log(Level.INFO, "invalidations owed to Valkey are written");
      }
      any = false;
      return true;
    } catch (ValkeyUnavailable down) {
      return false;
    } finally {
      settling.unlock();
    }
  }
}

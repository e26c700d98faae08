package io.larder.jcache;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import javax.cache.CacheException;
import javax.cache.configuration.Factory;
import javax.cache.expiry.ExpiryPolicy;
import org.jspecify.annotations.Nullable;

/**
 * How long entries live, in ms from now: 0 = not at all, {@link Change#LEAVE} = as long as they
 * would anyway.
 *
 * @param <V> type of values
 */
interface Lives<V> extends AutoCloseable {
  /** Whether somebody is asked, who counts how often. */
  boolean asks();

  long created(V value);

  long updated(V value);

  long accessed();

  /** Whether a value in place of another says that a request has begun to use the entry. */
  default boolean isAccess(V before, V after) {
    return false;
  }

  /**
   * The same value with a time of last use that no server has seen, for who has not noted one
   * before it writes. Servers keep sessions in memory, and take theirs for good as long as that
   * time is theirs.
   */
  default V stamped(V value) {
    return value;
  }

  @Override
  void close();

  /** Attributes live and die with their session. */
  static <V> Lives<V> ofAttributes() {
    return new Lives<>() {
      @Override
      public boolean asks() {
        return false;
      }

      @Override
      public void close() {}

      @Override
      public long created(V value) {
        return Change.LEAVE;
      }

      @Override
      public long updated(V value) {
        return Change.LEAVE;
      }

      @Override
      public long accessed() {
        return Change.LEAVE;
      }
    };
  }

  /**
   * As a policy of JCache says.
   *
   * @param eternal how long an entry lives that shall live for ever: everything expires
   */
  static <V> Lives<V> by(Factory<ExpiryPolicy> factory, Duration eternal) {
    var policy = factory.create();
    return new Lives<>() {
      @Override
      public boolean asks() {
        return true;
      }

      @Override
      public void close() {
        if (policy instanceof Closeable closeable) {
          try {
            closeable.close();
          } catch (IOException failed) {
            throw new CacheException("the expiry policy does not close", failed);
          }
        }
      }

      @Override
      public long created(V value) {
        return millis(policy.getExpiryForCreation());
      }

      @Override
      public long updated(V value) {
        return millis(policy.getExpiryForUpdate());
      }

      @Override
      public long accessed() {
        return millis(policy.getExpiryForAccess());
      }

      private long millis(javax.cache.expiry.@Nullable Duration life) {
        if (life == null) {
          return Change.LEAVE;
        }
        return life.isEternal()
            ? eternal.toMillis()
            : Math.min(eternal.toMillis(), life.getTimeUnit().toMillis(life.getDurationAmount()));
      }
    };
  }
}

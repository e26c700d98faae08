package io.larder.jcache;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BiPredicate;
import java.util.function.ToLongFunction;
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

  @Override
  void close();

  /** Attributes live and die with their session. */
  static <V> Lives<V> ofAttributes() {
    return always(value -> Change.LEAVE, (before, after) -> false);
  }

  /**
   * Sessions live for their longest idle time and {@code slack}, which leaves the server time to
   * tell listeners of those that it finds expired.
   *
   * @param idle for sessions that never expire by themselves
   */
  static <V> Lives<V> ofSessions(Duration idle, Duration slack) {
    return always(
        value -> {
          int seconds = idleSeconds(value);
          return seconds < 0
              ? idle.toMillis()
              : TimeUnit.SECONDS.toMillis(seconds) + slack.toMillis();
        },
        (before, after) -> !used(before).equals(used(after)));
  }

  /** When a session was used last, as the server writes it when a request begins. */
  private static Object used(Object session) {
    return session instanceof List<?> facts && facts.size() > 1 ? facts.get(1) : session;
  }

  /**
   * A session's longest idle time, by which the server keeps what it knows of a session: when it
   * was made, when it was used last, how many seconds it may be idle, and more. Negative = for
   * ever.
   */
  private static int idleSeconds(Object session) {
    return session instanceof List<?> facts
            && facts.size() > 2
            && facts.get(2) instanceof Integer seconds
        ? seconds
        : -1;
  }

  private static <V> Lives<V> always(ToLongFunction<V> life, BiPredicate<V, V> access) {
    return new Lives<>() {
      @Override
      public boolean asks() {
        return false;
      }

      @Override
      public void close() {}

      @Override
      public long created(V value) {
        return life.applyAsLong(value);
      }

      @Override
      public long updated(V value) {
        return life.applyAsLong(value);
      }

      @Override
      public long accessed() {
        return Change.LEAVE;
      }

      @Override
      public boolean isAccess(V before, V after) {
        return access.test(before, after);
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

package io.larder.provider;

import io.larder.provider.Providers.Answered;
import io.larder.provider.Providers.Route;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/**
 * Asks providers one after the other, each as often as it may be, until one answers. Only before
 * the first byte of an answer: what has begun is the answer.
 */
final class Attempts {
  private static final Duration BACK_OFF = Duration.ofMillis(200);
  private static final Duration BACK_OFF_MAX = Duration.ofSeconds(2);

  /** An error's body is some hundred bytes; this one is kept while others are asked. */
  private static final int ERROR_BYTES_MAX = 64 * 1024;

  private static final Duration ERROR_TIME_MAX = Duration.ofSeconds(1);

  private final InstantSource clock;
  private final Sleeper sleeper;
  private final RandomGenerator chance;

  /** Lets time pass. */
  @FunctionalInterface
  interface Sleeper {
    /** Waits that long. */
    void sleep(Duration time) throws InterruptedException;
  }

  /**
   * How often a provider is asked again.
   *
   * @param retries beyond the first time
   * @param waitMax longest wait that it may ask for
   */
  record Patience(int retries, Duration waitMax) {}

  Attempts(InstantSource clock, Sleeper sleeper, RandomGenerator chance) {
    this.clock = clock;
    this.sleeper = sleeper;
    this.chance = chance;
  }

  /**
   * Asks.
   *
   * @param routes in this order, at least one
   * @param question asked for before each attempt; empty = that provider is passed over
   * @param patience with each provider
   * @throws ProviderFailure if none has answered at all
   */
  Answered ask(
      List<Route> routes,
      Function<Route, Optional<Question>> question,
      Function<Provider, Patience> patience)
      throws ProviderFailure {
    var failures = new Failures();
    for (int i = 0; i < routes.size() && !Thread.currentThread().isInterrupted(); i++) {
      var route = routes.get(i);
      boolean last = i == routes.size() - 1;
      if (ask(route, question, patience.apply(route.provider()), last, failures)) {
        break;
      }
    }
    return failures.outcome();
  }

  /** Asks one provider, and says whether that was the end of it. */
  private boolean ask(
      Route route,
      Function<Route, Optional<Question>> question,
      Patience patience,
      boolean last,
      Failures outcome) {
    for (int attempt = 0; ; attempt++) {
      var asked = question.apply(route);
      if (asked.isEmpty()) {
        return false;
      }
      var wait = backOff(attempt);
      boolean again = attempt < patience.retries();
      try {
        var reply = route.provider().ask(asked.get());
        if (!reply.isProvidersFailure()) {
          outcome.answered(new Answered(route, reply));
          return true;
        }
        var wanted = RetryAfter.of(reply.headers(), clock.instant()).orElse(Duration.ZERO);
        again = again && wanted.compareTo(patience.waitMax()) <= 0;
        if (last && !again) {
          outcome.answered(new Answered(route, reply));
          return true;
        }
        wait = wanted.compareTo(wait) > 0 ? wanted : wait;
        outcome.refused(route, reply.kept(ERROR_BYTES_MAX, ERROR_TIME_MAX), reply.status());
      } catch (ProviderFailure failure) {
        outcome.failed(failure);
        again = again && isWorthAnother(failure);
      }
      if (!again || !slept(wait)) {
        return false;
      }
    }
  }

  /** A request that timed out took minutes, and may be running still. */
  private static boolean isWorthAnother(ProviderFailure failure) {
    return switch (failure.kind()) {
      case UNREACHABLE, CUT -> true;
      case TIMED_OUT, BUSY, OPEN -> false;
    };
  }

  /** Half of it by chance, so that those who failed together do not come back together. */
  private Duration backOff(int attempt) {
    long millis =
        Math.min(BACK_OFF.toMillis() << Math.min(attempt, Byte.SIZE), BACK_OFF_MAX.toMillis());
    return Duration.ofMillis(millis / 2 + chance.nextLong(millis / 2 + 1));
  }

  private boolean slept(Duration wait) {
    try {
      sleeper.sleep(wait);
      return true;
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}

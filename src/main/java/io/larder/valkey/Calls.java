package io.larder.valkey;

import io.larder.guard.Breaker;
import io.larder.guard.Deadline;
import io.larder.telemetry.ValkeyFigures;
import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/** Sends commands to one store while it serves, and tells every failure in the one way. */
final class Calls {
  private final String store;
  private final Lifeline lifeline;
  private final ValkeyFigures figures;
  private final Duration callMax;
  private final Duration retryMin;

  Calls(String store, Lifeline lifeline, ValkeySettings settings, ValkeyFigures figures) {
    this.store = store;
    this.lifeline = lifeline;
    this.figures = figures;
    this.callMax =
        settings.connectionWait().plus(settings.readTimeout().multipliedBy(3).dividedBy(2));
    this.retryMin = settings.readTimeout();
  }

  /** The moment until which a call that begins now may be sent. */
  Deadline deadline() {
    return Deadline.in(callMax, System::nanoTime);
  }

  /** Runs a command that may be sent twice, and sends it twice where that may help in time. */
  <T> @Nullable T call(Function<UnifiedJedis, @Nullable T> command) {
    var deadline = deadline();
    try {
      return callOnce(command);
    } catch (ValkeyUnavailable failed) {
      boolean worthIt = Failures.mayPass(failed.getCause()) && !lifeline.current().triesAgain();
      if (!worthIt || !deadline.leaves(retryMin) || lifeline.state() != Breaker.State.CLOSED) {
        throw failed;
      }
      return callOnce(command);
    }
  }

  /**
   * A server that restarted, or is no primary any more, leaves a pool of connections behind that
   * are of no use.
   */
  private void dropIdleAfter(JedisException failure) {
    if (Failures.mayPass(failure) && !lifeline.current().triesAgain()) {
      lifeline.current().dropIdle();
    }
  }

  /** Runs a command that must not be sent twice. */
  <T> @Nullable T callOnce(Function<UnifiedJedis, @Nullable T> command) {
    if (lifeline.state() != Breaker.State.CLOSED) {
      figures.valkeyCall(store, "refused");
      throw new ValkeyUnavailable("valkey-" + store + " is down");
    }
    try {
      var reply = command.apply(lifeline.current().jedis());
      lifeline.succeeded();
      figures.valkeyCall(store, "ok");
      return reply;
    } catch (JedisDataException refusal) {
      figures.valkeyCall(store, Failures.isFull(refusal) ? "full" : "error");
      dropIdleAfter(refusal);
      var message = "valkey-" + store + " refused: " + refusal.getMessage();
      if (Failures.isNotServing(refusal)) {
        lifeline.failed(refusal);
        throw new ValkeyUnavailable(message, refusal);
      }
      lifeline.succeeded();
      if (Failures.isFull(refusal)) {
        lifeline.filled();
      }
      throw ValkeyUnavailable.refusal(message, refusal);
    } catch (JedisException failure) {
      if (Failures.isBusy(failure)) {
        figures.valkeyCall(store, "busy");
        throw new ValkeyUnavailable("valkey-" + store + " has no connection to spare");
      }
      figures.valkeyCall(store, "error");
      lifeline.failed(failure);
      dropIdleAfter(failure);
      throw new ValkeyUnavailable("valkey-" + store + " gave no answer", failure);
    } catch (ValkeyUnavailable notConnected) {
      throw notConnected;
    } catch (RuntimeException garbage) {
      // a reply of a kind that no Valkey gives to this command: whatever answers is none
      figures.valkeyCall(store, "error");
      lifeline.failed(garbage);
      throw new ValkeyUnavailable("valkey-" + store + " answered garbage", garbage);
    }
  }
}

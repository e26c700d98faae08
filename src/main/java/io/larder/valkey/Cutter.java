package io.larder.valkey;

import io.larder.guard.Watch;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Supplier;
import redis.clients.jedis.Connection;

/**
 * Bounds what a command takes as a whole. A socket's read timeout bounds neither writing, where a
 * server that hangs would hold a large value for ever, nor a reply that comes in drops. So the
 * connection of a command is closed when it takes longer than {@code limit}.
 */
final class Cutter {
  private final Duration limit;
  private final Watch watch;

  Cutter(Duration limit, Watch watch) {
    this.limit = limit;
    this.watch = watch;
  }

  <T> T execute(Connection connection, Supplier<T> command) {
    var lease = watch.over(limit, () -> cut(connection));
    int timeout = connection.getSoTimeout();
    try {
      // a read with a timeout costs a virtual thread a timer, set and cancelled: the watch is
      // enough
      connection.setSoTimeout(0);
      return command.get();
    } finally {
      lease.close();
      if (lease.hasExpired()) {
        // closed connections connect by themselves, without password and database: never again
        connection.setBroken();
      }
      if (!connection.isBroken()) {
        // what the pool does with idle connections nobody watches
        connection.setSoTimeout(timeout);
      }
    }
  }

  /** Closes a connection under whoever uses it, who then reports the failure. */
  static void cut(Connection connection) {
    try {
      connection.forceDisconnect();
    } catch (IOException alreadyClosed) {
      // closed is what it should be
      return;
    }
  }
}

package io.larder.valkey;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.CommandObject;
import redis.clients.jedis.Connection;

/**
 * Runs commands on a connection. A socket's read timeout does not bound writing: a server that
 * hangs would hold a large value for ever once the socket's buffers are full. So the connection of
 * a large command is closed when it takes longer than {@code limit}.
 */
final class Cutter {
  /** What fits the socket's buffers in any case, so that writing it cannot block. */
  private static final int SURE_TO_FIT_BYTES = 16 * 1024;

  private final Duration limit;
  private final ScheduledExecutorService watch;

  Cutter(Duration limit, ScheduledExecutorService watch) {
    this.limit = limit;
    this.watch = watch;
  }

  <T> T execute(Connection connection, CommandObject<T> command) {
    if (bytes(command.getArguments()) <= SURE_TO_FIT_BYTES) {
      return connection.executeCommand(command);
    }
    var cut = watch.schedule(() -> cut(connection), limit.toMillis(), TimeUnit.MILLISECONDS);
    try {
      return connection.executeCommand(command);
    } finally {
      cut.cancel(false);
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

  private static int bytes(CommandArguments arguments) {
    int bytes = 0;
    for (var argument : arguments) {
      bytes += argument.getRaw().length;
    }
    return bytes;
  }
}

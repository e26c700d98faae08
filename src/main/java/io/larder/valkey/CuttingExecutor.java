package io.larder.valkey;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.CommandObject;
import redis.clients.jedis.Connection;
import redis.clients.jedis.executors.CommandExecutor;
import redis.clients.jedis.providers.ConnectionProvider;

/**
 * Runs each command on a connection of the pool. A socket's read timeout does not bound writing: a
 * server that hangs would hold a large value for ever once the socket's buffers are full. So the
 * connection of a large command is closed when it takes longer than {@code limit}.
 */
final class CuttingExecutor implements CommandExecutor {
  /** What fits the socket's buffers in any case, so that writing it cannot block. */
  private static final int SURE_TO_FIT_BYTES = 16 * 1024;

  private final ConnectionProvider connections;
  private final Duration limit;
  private final ScheduledExecutorService watch;

  CuttingExecutor(ConnectionProvider connections, Duration limit, ScheduledExecutorService watch) {
    this.connections = connections;
    this.limit = limit;
    this.watch = watch;
  }

  @Override
  public <T> T executeCommand(CommandObject<T> command) {
    try (var connection = connections.getConnection(command.getArguments())) {
      return bytes(command.getArguments()) <= SURE_TO_FIT_BYTES
          ? connection.executeCommand(command)
          : executeWatched(command, connection);
    }
  }

  private <T> T executeWatched(CommandObject<T> command, Connection connection) {
    var cut = watch.schedule(() -> cut(connection), limit.toMillis(), TimeUnit.MILLISECONDS);
    try {
      return connection.executeCommand(command);
    } finally {
      cut.cancel(false);
    }
  }

  private static void cut(Connection connection) {
    try {
      connection.forceDisconnect();
    } catch (IOException alreadyClosed) {
      // closed is what it should be; the command that used it reports the failure
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

  @Override
  public void close() {
    try {
      connections.close();
    } catch (Exception broken) {
      throw new IllegalStateException("cannot close the connections to Valkey", broken);
    }
  }
}

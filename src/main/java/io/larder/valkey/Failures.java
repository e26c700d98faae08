package io.larder.valkey;

import java.net.SocketTimeoutException;
import java.util.NoSuchElementException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/** What the client's failures mean. */
final class Failures {
  /** Replies of a server that cannot serve now, whatever is asked. */
  private static final Pattern NOT_SERVING =
      Pattern.compile(
          "^(LOADING|MASTERDOWN|READONLY|NOAUTH|WRONGPASS|CLUSTERDOWN|TRYAGAIN|UNKILLABLE) .*");

  /** Those of them that another connection may well not give: the server has changed its part. */
  private static final Pattern CHANGED = Pattern.compile("^(LOADING|MASTERDOWN|READONLY) .*");

  /** What a server that took the connection and said nothing looks like. */
  private static final Pattern SILENT =
      Pattern.compile("Read timed out|Connection reset|Broken pipe|Unexpected end of stream");

  private Failures() {}

  /** Whether a reply says that the server cannot serve, whatever it is asked. */
  static boolean isNotServing(JedisDataException refusal) {
    return NOT_SERVING.matcher(String.valueOf(refusal.getMessage())).matches();
  }

  /** Whether a reply says that the server has no memory for what was to be written. */
  static boolean isFull(JedisDataException refusal) {
    // scripts of older servers tell it in the middle of theirs
    return String.valueOf(refusal.getMessage()).contains("OOM command not allowed");
  }

  /**
   * Whether no connection came free in time: that is this node's load, and says nothing of Valkey.
   * A pool that fails to make a connection says so with a cause.
   */
  static boolean isBusy(JedisException failure) {
    return failure.getCause() instanceof NoSuchElementException none && none.getCause() == null;
  }

  /** Whether the same command may well succeed on another connection at once. */
  static boolean mayPass(@Nullable Throwable cause) {
    return switch (cause) {
      case null -> false;
      case JedisConnectionException cut -> !timedOut(cut);
      case JedisDataException refusal ->
          CHANGED.matcher(String.valueOf(refusal.getMessage())).matches();
      default -> false;
    };
  }

  private static boolean timedOut(JedisException failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SocketTimeoutException) {
        return true;
      }
    }
    return false;
  }

  /**
   * What was at the bottom of a failure, for the log; and of a server that never answered, what may
   * be wrong that its silence does not tell: a port with TLS closes plain connections, and one
   * without waits for the rest of what it takes for a command.
   */
  static String told(Throwable failure, boolean tls, boolean answeredOnce) {
    var root = rootOf(failure);
    boolean silent = SILENT.matcher(root).find();
    if (answeredOnce || !silent) {
      return root;
    }
    return root
        + (tls
            ? " (it never answered; does this port speak TLS, as the URI says?)"
            : " (it never answered; does this port want TLS, valkeys:// in the URI?)");
  }

  /** What was at the bottom of a failure, for the log. */
  static String rootOf(Throwable failure) {
    var root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root.toString();
  }
}

package io.larder.valkey;

import io.larder.guard.Deadline;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.util.Pool;

/**
 * What the servers of a store say of themselves, all primaries together.
 *
 * @param memoryBytes in use
 * @param memoryBytesMax how much they may use; 0 = one of them has no bound
 * @param evictedKeys that had to go for others, since each server started
 * @param keys that are there now, in the store's database
 * @param replicas that follow their primary now
 * @param replicaLagSeconds since the slowest of them was last heard of; 0 = there is none
 */
public record Occupancy(
    long memoryBytes,
    long memoryBytesMax,
    long evictedKeys,
    long keys,
    long replicas,
    long replicaLagSeconds) {
  private static final Occupancy NONE = new Occupancy(0, 0, 0, 0, 0, 0);
  private static final Pattern REPLICA =
      Pattern.compile("^slave\\d+:\\S*state=online\\S*,lag=(?<lag>\\d+)", Pattern.MULTILINE);

  /**
   * Asks one primary after the other.
   *
   * @throws ValkeyUnavailable if that takes too long
   */
  static Occupancy read(Link link, Deadline deadline) {
    return link.primaries().values().stream()
        .map(primary -> read(link, primary, deadline))
        .reduce(Occupancy::plus)
        .orElse(NONE);
  }

  private static Occupancy read(Link link, Pool<Connection> primary, Deadline deadline) {
    var bytes = (byte[]) ask(link, primary, Protocol.Command.INFO, deadline);
    var info = new String(bytes, StandardCharsets.UTF_8);
    return new Occupancy(
        figure(info, "used_memory"),
        figure(info, "maxmemory"),
        figure(info, "evicted_keys"),
        (Long) ask(link, primary, Protocol.Command.DBSIZE, deadline),
        REPLICA.matcher(info).results().count(),
        REPLICA
            .matcher(info)
            .results()
            .mapToLong(replica -> Long.parseLong(replica.group("lag")))
            .max()
            .orElse(0));
  }

  private static Object ask(
      Link link, Pool<Connection> primary, Protocol.Command command, Deadline deadline) {
    if (!deadline.isAhead()) {
      throw new ValkeyUnavailable("its servers take too long to tell their figures");
    }
    return link.send(primary, new CommandArguments(command));
  }

  private static long figure(String info, String name) {
    var found = Pattern.compile("^" + name + ":(\\d+)\r?$", Pattern.MULTILINE).matcher(info);
    if (!found.find()) {
      throw ValkeyUnavailable.garbage("INFO without " + name);
    }
    return Long.parseLong(found.group(1));
  }

  private Occupancy plus(Occupancy other) {
    boolean bounded = memoryBytesMax > 0 && other.memoryBytesMax > 0;
    return new Occupancy(
        memoryBytes + other.memoryBytes,
        bounded ? memoryBytesMax + other.memoryBytesMax : 0,
        evictedKeys + other.evictedKeys,
        keys + other.keys,
        replicas + other.replicas,
        Math.max(replicaLagSeconds, other.replicaLagSeconds));
  }
}

package io.larder.valkey;

import io.larder.guard.Watch;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import redis.clients.jedis.ClientSetInfoConfig;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.CommandObject;
import redis.clients.jedis.Connection;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.RedisSentinelClient;
import redis.clients.jedis.StaticCommandFlagsRegistry;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.executors.ClusterCommandExecutor;
import redis.clients.jedis.executors.CommandExecutor;
import redis.clients.jedis.providers.ClusterConnectionProvider;
import redis.clients.jedis.providers.ConnectionProvider;
import redis.clients.jedis.providers.PooledConnectionProvider;
import redis.clients.jedis.providers.SentineledConnectionProvider;
import redis.clients.jedis.util.Delay;
import redis.clients.jedis.util.JedisClusterCRC16;
import redis.clients.jedis.util.Pool;

/** The connections to one store, whether one server, a Sentinel deployment or a cluster. */
final class Link implements AutoCloseable {
  /** Sent at most that often to one key in a cluster: the first node, and where it points to. */
  private static final int CLUSTER_ATTEMPTS = 3;

  /** A cluster tells of most changes by redirecting; the rest is found by looking. */
  private static final Duration TOPOLOGY_REFRESH = Duration.ofSeconds(30);

  private static final int IDLE_MIN = 2;

  /** A sentinel that was lost is asked again after that time where the master is. */
  private static final Duration SENTINEL_RETRY = Duration.ofMillis(500);

  private static final Duration FOR_EVER = Duration.ZERO;

  private final UnifiedJedis jedis;
  private final ConnectionProvider connections;
  private final Function<String, HostAndPort> owner;
  private final JedisClientConfig config;
  private final Cutter cutter;
  private final boolean triesAgain;

  private Link(
      UnifiedJedis jedis,
      ConnectionProvider connections,
      Function<String, HostAndPort> owner,
      JedisClientConfig config,
      Cutter cutter,
      boolean triesAgain) {
    this.jedis = jedis;
    this.connections = connections;
    this.owner = owner;
    this.config = config;
    this.cutter = cutter;
    this.triesAgain = triesAgain;
  }

  /**
   * Opens a link. To one server it connects when first used; sentinels and nodes of a cluster are
   * asked at once where the servers are.
   *
   * @throws JedisException if none of them answers
   */
  static Link open(ValkeyUri uri, ValkeySettings settings, Watch watch) {
    var config = config(uri, settings, uri.login(), uri.database(), Subscription.SILENCE_MAX);
    var cutter = new Cutter(settings.readTimeout(), watch);
    var nodes =
        uri.nodes().stream()
            .map(node -> new HostAndPort(node.host(), node.port()))
            .collect(Collectors.toSet());
    return switch (uri.kind()) {
      case SERVER -> server(nodes.iterator().next(), config, settings, cutter);
      case SENTINEL -> {
        var sentinels = config(uri, settings, uri.sentinelLogin(), 0, FOR_EVER);
        yield sentinel(uri.master(), nodes, config, sentinels, settings, cutter);
      }
      case CLUSTER -> cluster(nodes, config, settings, cutter);
    };
  }

  private static Link server(
      HostAndPort node, JedisClientConfig config, ValkeySettings settings, Cutter cutter) {
    var connections = new PooledConnectionProvider(node, config, pool(settings));
    var jedis =
        RedisClient.builder()
            .connectionProvider(connections)
            .commandExecutor(executor(connections, cutter))
            .clientConfig(config)
            .build();
    return new Link(jedis, connections, key -> node, config, cutter, false);
  }

  private static Link sentinel(
      String master,
      Set<HostAndPort> nodes,
      JedisClientConfig config,
      JedisClientConfig sentinelConfig,
      ValkeySettings settings,
      Cutter cutter) {
    var connections =
        new SentineledConnectionProvider(
            master, config, pool(settings), nodes, sentinelConfig, Delay.constant(SENTINEL_RETRY));
    var jedis =
        RedisSentinelClient.builder()
            .masterName(master)
            .sentinels(nodes)
            .connectionProvider(connections)
            .commandExecutor(executor(connections, cutter))
            .clientConfig(config)
            .build();
    return new Link(
        jedis, connections, key -> connections.getCurrentMaster(), config, cutter, false);
  }

  private static Link cluster(
      Set<HostAndPort> nodes, JedisClientConfig config, ValkeySettings settings, Cutter cutter) {
    var connections =
        new ClusterConnectionProvider(nodes, config, pool(settings), TOPOLOGY_REFRESH);
    var executor =
        new ClusterCommandExecutor(
            connections,
            CLUSTER_ATTEMPTS,
            settings.readTimeout().multipliedBy(2),
            StaticCommandFlagsRegistry.registry()) {
          @Override
          protected <T> T execute(Connection connection, CommandObject<T> command) {
            return cutter.execute(connection, () -> connection.executeCommand(command));
          }
        };
    var jedis =
        RedisClusterClient.builder()
            .nodes(nodes)
            .connectionProvider(connections)
            .commandExecutor(executor)
            .clientConfig(config)
            .build();
    return new Link(
        jedis,
        connections,
        key -> connections.getNode(JedisClusterCRC16.getSlot(key)),
        config,
        cutter,
        true);
  }

  private static CommandExecutor executor(ConnectionProvider connections, Cutter cutter) {
    return new CommandExecutor() {
      @Override
      public <T> T executeCommand(CommandObject<T> command) {
        try (var connection = connections.getConnection(command.getArguments())) {
          return cutter.execute(connection, () -> connection.executeCommand(command));
        }
      }

      @Override
      public void close() {
        Link.close(connections);
      }
    };
  }

  private static ConnectionPoolConfig pool(ValkeySettings settings) {
    var pool = new ConnectionPoolConfig();
    pool.setMaxTotal(settings.connectionsMax());
    pool.setMaxIdle(settings.connectionsMax());
    pool.setMinIdle(Math.min(IDLE_MIN, settings.connectionsMax()));
    pool.setMaxWait(settings.connectionWait());
    pool.setJmxEnabled(false);
    return pool;
  }

  private static JedisClientConfig config(
      ValkeyUri uri,
      ValkeySettings settings,
      ValkeyUri.Login login,
      int database,
      Duration silenceMax) {
    var config =
        DefaultJedisClientConfig.builder()
            .resp2()
            .connectionTimeoutMillis((int) settings.connectTimeout().toMillis())
            .socketTimeoutMillis((int) settings.readTimeout().toMillis())
            .blockingSocketTimeoutMillis((int) silenceMax.toMillis())
            .database(database)
            .clientName("larder")
            .clientSetInfoConfig(ClientSetInfoConfig.DISABLED);
    if (uri.tls()) {
      config.sslOptions(settings.tls().options());
    }
    login.user().ifPresent(config::user);
    login.password().ifPresent(config::password);
    return config.build();
  }

  UnifiedJedis jedis() {
    return jedis;
  }

  /** Whether the client itself sends a command again after a failure. */
  boolean triesAgain() {
    return triesAgain;
  }

  /**
   * The server that owns a key now.
   *
   * @throws JedisException if nobody does
   */
  HostAndPort owner(String key) {
    var now = owner.apply(key);
    if (now == null) {
      throw new JedisException("no server owns " + key);
    }
    return now;
  }

  /** Sends a command to one server. */
  Object send(Pool<Connection> server, CommandArguments command) {
    try (var connection = server.getResource()) {
      return cutter.execute(connection, () -> connection.executeCommand(command));
    }
  }

  /** A connection that is nobody else's, to be closed by the caller. */
  Connection connect(HostAndPort server) {
    return new Connection(server, config);
  }

  /** The pools of all primaries by the primary's name, in order of the names. */
  Map<String, Pool<Connection>> primaries() {
    var primaries = new TreeMap<String, Pool<Connection>>();
    connections
        .getPrimaryNodesConnectionMap()
        .forEach((name, pool) -> primaries.put(String.valueOf(name), connectionPool(pool)));
    return primaries;
  }

  /** Forgets all idle connections: one proved dead, and the rest is not likely to fare better. */
  void dropIdle() {
    connections.getConnectionMap().values().forEach(pool -> connectionPool(pool).clear());
  }

  @SuppressWarnings("unchecked")
  private static Pool<Connection> connectionPool(Object pool) {
    return (Pool<Connection>) pool;
  }

  @Override
  public void close() {
    jedis.close();
  }

  private static void close(ConnectionProvider connections) {
    try {
      connections.close();
    } catch (Exception broken) {
      throw new IllegalStateException("cannot close the connections to Valkey", broken);
    }
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}

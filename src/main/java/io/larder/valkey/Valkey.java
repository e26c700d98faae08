package io.larder.valkey;

import io.larder.guard.Breaker;
import io.larder.guard.Deadline;
import io.larder.telemetry.Telemetry;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.SslOptions;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.params.SetParams;
import redis.clients.jedis.providers.PooledConnectionProvider;

/**
 * One Valkey store. Connects when first used, so a node starts and serves with Valkey down.
 *
 * <p>A call takes at most the time to get a connection plus the time to read a reply. After {@value
 * #FAILURES_MAX} failures in a row the breaker opens and calls fail at once; a probe in the
 * background, never a request, finds out when Valkey is back.
 */
public final class Valkey implements AutoCloseable {
  /** Failures in a row that open the breaker. One is chance; three in a row are an outage. */
  private static final int FAILURES_MAX = 3;

  private static final Duration PAUSE = Duration.ofMillis(250);
  private static final Duration PAUSE_MAX = Duration.ofSeconds(2);
  private static final long PROBE_MILLIS = 100;
  private static final Logger LOG = System.getLogger(Valkey.class.getName());

  /** Replies of a server that cannot serve now, whatever is asked. */
  private static final Pattern NOT_SERVING =
      Pattern.compile("^(LOADING|MASTERDOWN|READONLY|NOAUTH|WRONGPASS|CLUSTERDOWN|TRYAGAIN) .*");

  private final String store;
  private final String address;
  private final RedisClient client;
  private final Breaker breaker;
  private final Telemetry telemetry;
  private final ScheduledExecutorService watch;
  private final Duration callMax;
  private final Duration retryMin;

  /**
   * A store, not yet connected.
   *
   * @param store {@code cache} or {@code state}, for metrics and logs
   */
  Valkey(String store, ValkeyUri uri, ValkeySettings settings, Telemetry telemetry) {
    this.store = store;
    this.address = uri.toString();
    this.telemetry = telemetry;
    this.breaker = new Breaker(FAILURES_MAX, PAUSE, PAUSE_MAX, System::nanoTime);
    this.watch =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("larder-valkey-" + store).factory());
    this.client = client(uri, settings, watch);
    this.callMax =
        settings.connectionWait().plus(settings.readTimeout().multipliedBy(3).dividedBy(2));
    this.retryMin = settings.readTimeout();
    telemetry.breaker("valkey-" + store, this::stateFigure);
    var unused =
        watch.scheduleWithFixedDelay(
            this::probe, PROBE_MILLIS, PROBE_MILLIS, TimeUnit.MILLISECONDS);
  }

  private int stateFigure() {
    return switch (breaker.state()) {
      case CLOSED -> 0;
      case HALF_OPEN -> 1;
      case OPEN -> 2;
    };
  }

  private static RedisClient client(
      ValkeyUri uri, ValkeySettings settings, ScheduledExecutorService watch) {
    var pool = new ConnectionPoolConfig();
    pool.setMaxTotal(settings.connectionsMax());
    pool.setMaxIdle(settings.connectionsMax());
    pool.setMaxWait(settings.connectionWait());
    pool.setJmxEnabled(false);
    var config = config(uri, settings);
    var connections =
        new PooledConnectionProvider(new HostAndPort(uri.host(), uri.port()), config, pool);
    return RedisClient.builder()
        .connectionProvider(connections)
        .commandExecutor(new CuttingExecutor(connections, settings.readTimeout(), watch))
        .clientConfig(config)
        .build();
  }

  private static JedisClientConfig config(ValkeyUri uri, ValkeySettings settings) {
    var config =
        DefaultJedisClientConfig.builder()
            .connectionTimeoutMillis((int) settings.connectTimeout().toMillis())
            .socketTimeoutMillis((int) settings.readTimeout().toMillis())
            .database(uri.database())
            .clientName("larder");
    if (uri.tls()) {
      config.sslOptions(SslOptions.defaults());
    }
    uri.user().ifPresent(config::user);
    uri.password().ifPresent(config::password);
    return config.build();
  }

  /**
   * The value of a key: {@code GET}.
   *
   * @throws ValkeyUnavailable if there is no answer
   */
  public Optional<byte[]> get(String key) {
    return Optional.ofNullable(call(() -> client.get(bytes(key))));
  }

  /**
   * Sets a key for a time: {@code SET … PX}.
   *
   * @throws ValkeyUnavailable if there is no answer; the key may have been set all the same
   */
  public void set(String key, byte[] value, Duration ttl) {
    call(
        () -> client.set(bytes(key), value, SetParams.setParams().px(Math.max(1, ttl.toMillis()))));
  }

  /**
   * Removes a key: {@code UNLINK}.
   *
   * @throws ValkeyUnavailable if there is no answer
   */
  public void remove(String key) {
    call(() -> client.unlink(bytes(key)));
  }

  /** The breaker's state now. */
  public Breaker.State state() {
    return breaker.state();
  }

  /** Where this store is, without credentials. */
  public String address() {
    return address;
  }

  @Override
  public void close() {
    watch.shutdownNow();
    client.close();
  }

  /** Runs an idempotent call, once more if its connection proves dead while there is time left. */
  private <T> @Nullable T call(Supplier<@Nullable T> command) {
    if (breaker.state() != Breaker.State.CLOSED) {
      telemetry.valkeyCall(store, "refused");
      throw new ValkeyUnavailable("valkey-" + store + " is down");
    }
    var deadline = Deadline.in(callMax, System::nanoTime);
    try {
      return attempt(command);
    } catch (ValkeyUnavailable failed) {
      boolean dead = failed.getCause() instanceof JedisConnectionException cut && !timedOut(cut);
      if (!dead || !deadline.leaves(retryMin) || breaker.state() != Breaker.State.CLOSED) {
        throw failed;
      }
      // a server that restarted leaves a pool of dead connections behind
      client.getPool().clear();
      return attempt(command);
    }
  }

  private <T> @Nullable T attempt(Supplier<@Nullable T> command) {
    try {
      var reply = command.get();
      breaker.succeeded();
      telemetry.valkeyCall(store, "ok");
      return reply;
    } catch (JedisDataException refusal) {
      telemetry.valkeyCall(store, "error");
      if (NOT_SERVING.matcher(String.valueOf(refusal.getMessage())).matches()) {
        failed(refusal);
      } else {
        breaker.succeeded();
      }
      throw new ValkeyUnavailable("valkey-" + store + " refused: " + refusal.getMessage(), refusal);
    } catch (JedisException failure) {
      telemetry.valkeyCall(store, "error");
      failed(failure);
      throw new ValkeyUnavailable("valkey-" + store + " gave no answer", failure);
    }
  }

  private void failed(JedisException why) {
    long before = breaker.opened();
    breaker.failed();
    if (breaker.opened() != before) {
      client.getPool().clear();
      LOG.log(Level.WARNING, "valkey-{0} is down, breaker open: {1}", store, rootOf(why));
    }
  }

  /** While the breaker is not closed, asks now and then whether Valkey is back. */
  private void probe() {
    if (breaker.state() == Breaker.State.CLOSED || !breaker.allows()) {
      return;
    }
    try {
      client.ping();
      breaker.succeeded();
      LOG.log(Level.INFO, "valkey-{0} is back, breaker closed", store);
    } catch (JedisException stillDown) {
      breaker.failed();
    }
  }

  private static boolean timedOut(JedisException failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SocketTimeoutException) {
        return true;
      }
    }
    return false;
  }

  private static String rootOf(Throwable failure) {
    var root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root.toString();
  }

  private static byte[] bytes(String key) {
    return key.getBytes(StandardCharsets.UTF_8);
  }
}

package io.larder.valkey;

import io.larder.guard.Breaker;
import io.larder.guard.Deadline;
import io.larder.guard.Watch;
import io.larder.telemetry.Telemetry;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.params.SetParams;

/**
 * One Valkey store. Connects when first used, so a node starts and serves with Valkey down.
 *
 * <p>A call takes at most the time to get a connection plus the time to read a reply. Commands that
 * may be sent twice are, once, when a connection proves dead or a server says that it cannot serve
 * now. After {@value #FAILURES_MAX} failures in a row the breaker opens and calls fail at once; a
 * probe in the background, never a request, finds out when Valkey is back.
 *
 * <p>Every method throws {@link ValkeyUnavailable} if there is no usable answer; what was to be
 * written may have been written all the same.
 */
public final class Valkey implements AutoCloseable {
  /** Failures in a row that open the breaker. One is chance; three in a row are an outage. */
  private static final int FAILURES_MAX = 3;

  private static final Duration PAUSE = Duration.ofMillis(250);
  private static final Duration PAUSE_MAX = Duration.ofSeconds(1);
  private static final long PROBE_MILLIS = 100;
  private static final int PROBE_KEYS = 64;
  private static final Script ADD = Script.of(Valkey.class, "add.lua");
  private static final Logger LOG = System.getLogger(Valkey.class.getName());

  /** Replies of a server that cannot serve now, whatever is asked. */
  private static final Pattern NOT_SERVING =
      Pattern.compile(
          "^(LOADING|MASTERDOWN|READONLY|NOAUTH|WRONGPASS|CLUSTERDOWN|TRYAGAIN|UNKILLABLE) .*");

  /** Those of them that another connection may well not give: the server has changed its part. */
  private static final Pattern CHANGED = Pattern.compile("^(LOADING|MASTERDOWN|READONLY) .*");

  private final String store;
  private final ValkeyUri uri;
  private final ValkeySettings settings;
  private final Breaker breaker;
  private final Telemetry telemetry;
  private final ScheduledExecutorService scheduler;
  private final Watch watch;
  private final Duration callMax;
  private final Duration retryMin;
  private volatile @Nullable Link link;
  // of the watch's thread only
  private int probes;
  private int probesFailed;

  /**
   * A store. Sentinels and nodes of a cluster are asked at once where the servers are, and if none
   * answers, now and then in the background.
   *
   * @param store {@code cache} or {@code state}, for metrics and logs
   */
  Valkey(String store, ValkeyUri uri, ValkeySettings settings, Telemetry telemetry) {
    this.store = store;
    this.uri = uri;
    this.settings = settings;
    this.telemetry = telemetry;
    this.breaker = new Breaker(FAILURES_MAX, PAUSE, PAUSE_MAX, System::nanoTime);
    this.watch = Watch.start("larder-valkey-" + store + "-watch");
    this.scheduler =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("larder-valkey-" + store).factory());
    this.callMax =
        settings.connectionWait().plus(settings.readTimeout().multipliedBy(3).dividedBy(2));
    this.retryMin = settings.readTimeout();
    try {
      this.link = Link.open(uri, settings, watch);
    } catch (JedisException unreachable) {
      for (int i = 0; i < FAILURES_MAX; i++) {
        failed(unreachable);
      }
    }
    telemetry.breaker("valkey-" + store, this::stateFigure);
    var unused =
        scheduler.scheduleWithFixedDelay(
            this::probe, PROBE_MILLIS, PROBE_MILLIS, TimeUnit.MILLISECONDS);
  }

  private int stateFigure() {
    return switch (breaker.state()) {
      case CLOSED -> 0;
      case HALF_OPEN -> 1;
      case OPEN -> 2;
    };
  }

  /** The value of a key: {@code GET}. */
  public Optional<byte[]> get(String key) {
    return Optional.ofNullable(call(jedis -> jedis.get(Link.bytes(key))));
  }

  /**
   * The first bytes of each key's value and how long it is: {@code GETRANGE}, and {@code STRLEN} of
   * longer ones. Keys without a value are left out.
   */
  public Map<String, Beginning> beginnings(Collection<String> keys, int bytesMax) {
    var found = new LinkedHashMap<String, Beginning>();
    for (var key : keys) {
      var raw = Link.bytes(key);
      var begin = call(jedis -> jedis.getrange(raw, 0, bytesMax - 1L));
      if (begin != null && begin.length > 0) {
        boolean whole = begin.length < bytesMax;
        var length = whole ? Long.valueOf(begin.length) : call(jedis -> jedis.strlen(raw));
        found.put(key, new Beginning(begin, length == null ? begin.length : length));
      }
    }
    return found;
  }

  /** Sets a key for a time: {@code SET … PX}. */
  public void set(String key, byte[] value, Duration ttl) {
    var unused = call(jedis -> jedis.set(Link.bytes(key), value, params(ttl)));
  }

  /** Sets a key for a time unless it is there, and says whether it did: {@code SET … PX NX}. */
  public boolean setIfAbsent(String key, byte[] value, Duration ttl) {
    // sent again after a lost reply, it could refuse what it has just set
    return callOnce(jedis -> jedis.set(Link.bytes(key), value, params(ttl).nx())) != null;
  }

  private static SetParams params(Duration ttl) {
    return SetParams.setParams().px(Math.max(1, ttl.toMillis()));
  }

  /** Removes keys: {@code UNLINK} of all at once, in a cluster of each. */
  public void remove(Collection<String> keys) {
    var raw = keys.stream().map(Link::bytes).toArray(byte[][]::new);
    if (uri.kind() == ValkeyUri.Kind.CLUSTER) {
      for (var key : raw) {
        var unused = call(jedis -> jedis.unlink(key));
      }
    } else {
      var unused = call(jedis -> jedis.unlink(raw));
    }
  }

  /** Adds to fields of a hash and sets its expiry, by a script that is never sent twice. */
  public void add(String key, Map<String, Long> fields, Duration ttl) {
    var args = new ArrayList<byte[]>();
    args.add(Link.bytes(String.valueOf(ttl.toMillis())));
    fields.forEach(
        (field, more) -> {
          args.add(Link.bytes(field));
          args.add(Link.bytes(String.valueOf(more)));
        });
    var unused = callOnce(jedis -> ADD.run(jedis, List.of(Link.bytes(key)), args));
  }

  /** The fields of a hash: {@code HGETALL}. */
  public Map<String, String> fields(String key) {
    var fields = call(jedis -> jedis.hgetAll(key));
    return fields == null ? Map.of() : fields;
  }

  /**
   * Runs a script that may be run twice.
   *
   * @param keys all keys it uses, with one hash tag
   * @return the reply: null, {@code Long}, {@code byte[]}, or a {@code List} of these
   */
  public @Nullable Object run(Script script, List<String> keys, List<byte[]> args) {
    var raw = keys.stream().map(Link::bytes).toList();
    return call(jedis -> script.run(jedis, raw, args));
  }

  /**
   * Some of the keys that match, in no order: {@code SCAN}, primary after primary.
   *
   * @param pattern a glob
   * @param cursor empty to begin, else the page's before
   * @param count how many keys a server looks at, which bounds the time it takes
   */
  public ScanPage scan(String pattern, String cursor, int count) {
    var page = call(jedis -> ScanPage.read(current(), pattern, cursor, count));
    return page == null ? ScanPage.END : page;
  }

  /**
   * Listens to a channel until closed.
   *
   * @param routeKey a key whose owner publishes the messages; see {@link Subscription}
   */
  public Subscription subscribe(String channel, String routeKey, Subscription.Listener listener) {
    var subscription =
        new Subscription(
            "larder-" + store + "-listener", channel, routeKey, listener, () -> link, scheduler);
    subscription.start();
    return subscription;
  }

  /** The breaker's state now. */
  public Breaker.State state() {
    return breaker.state();
  }

  /** Whether it answers, as far as is known. */
  public boolean isServing() {
    return breaker.state() == Breaker.State.CLOSED;
  }

  /** The breaker's state in words: {@code CLOSED}, {@code HALF_OPEN} or {@code OPEN}. */
  public String breaker() {
    return breaker.state().name();
  }

  /** How often the breaker has opened. */
  public long opened() {
    return breaker.opened();
  }

  /** Where this store is, without credentials. */
  public String address() {
    return uri.toString();
  }

  @Override
  public void close() {
    scheduler.shutdownNow();
    watch.close();
    var open = link;
    if (open != null) {
      open.close();
    }
  }

  /** Runs a command that may be sent twice, and sends it twice where that may help in time. */
  private <T> @Nullable T call(Function<UnifiedJedis, @Nullable T> command) {
    var deadline = Deadline.in(callMax, System::nanoTime);
    try {
      return callOnce(command);
    } catch (ValkeyUnavailable failed) {
      boolean worthIt = mayPass(failed.getCause()) && !current().triesAgain();
      if (!worthIt || !deadline.leaves(retryMin) || breaker.state() != Breaker.State.CLOSED) {
        throw failed;
      }
      // a server that restarted leaves a pool of dead connections behind
      current().dropIdle();
      return callOnce(command);
    }
  }

  private <T> @Nullable T callOnce(Function<UnifiedJedis, @Nullable T> command) {
    if (breaker.state() != Breaker.State.CLOSED) {
      telemetry.valkeyCall(store, "refused");
      throw new ValkeyUnavailable("valkey-" + store + " is down");
    }
    try {
      var reply = command.apply(current().jedis());
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
    } catch (ValkeyUnavailable notConnected) {
      throw notConnected;
    } catch (RuntimeException garbage) {
      // a reply of a kind that no Valkey gives to this command: whatever answers is none
      telemetry.valkeyCall(store, "error");
      failed(garbage);
      throw new ValkeyUnavailable("valkey-" + store + " answered garbage", garbage);
    }
  }

  private Link current() {
    var current = link;
    if (current == null) {
      throw new ValkeyUnavailable("valkey-" + store + " was not reached yet");
    }
    return current;
  }

  private void failed(RuntimeException why) {
    long before = breaker.opened();
    breaker.failed();
    if (breaker.opened() != before) {
      var open = link;
      if (open != null) {
        open.dropIdle();
      }
      LOG.log(Level.WARNING, "valkey-{0} is down, breaker open: {1}", store, rootOf(why));
    }
  }

  /**
   * While the breaker is not closed, asks now and then whether Valkey is back: by writing, since a
   * server that lost its part still answers a ping, and to another slot each time.
   */
  private void probe() {
    if (breaker.state() == Breaker.State.CLOSED || !breaker.allows()) {
      return;
    }
    try {
      var open = link;
      if (open == null) {
        open = Link.open(uri, settings, watch);
        link = open;
      }
      write(open.jedis());
      breaker.succeeded();
      probesFailed = 0;
      LOG.log(Level.INFO, "valkey-{0} is back, breaker closed", store);
    } catch (RuntimeException stillDown) {
      // whatever it is: a probe that ends is a store that never comes back
      LOG.log(Level.DEBUG, "valkey-{0} is still down: {1}", store, rootOf(stillDown));
      breaker.failed();
      probesFailed++;
      forgetSentinels();
    }
  }

  /** Sentinels that all fell silent tell of no new master; so they are asked from scratch. */
  private void forgetSentinels() {
    var open = link;
    if (uri.kind() == ValkeyUri.Kind.SENTINEL && open != null && probesFailed >= FAILURES_MAX) {
      link = null;
      probesFailed = 0;
      try {
        open.close();
      } catch (RuntimeException broken) {
        LOG.log(Level.DEBUG, "valkey-{0} does not close: {1}", store, rootOf(broken));
      }
    }
  }

  private void write(UnifiedJedis jedis) {
    probes = (probes + 1) % PROBE_KEYS;
    var key = "larder:1:probe:" + probes;
    try {
      jedis.set(Link.bytes(key), Link.bytes("1"), params(PAUSE_MAX));
    } catch (JedisDataException refusal) {
      if (NOT_SERVING.matcher(String.valueOf(refusal.getMessage())).matches()) {
        throw refusal;
      }
      LOG.log(Level.DEBUG, "valkey-{0} answers: {1}", store, refusal.getMessage());
    }
  }

  private static boolean mayPass(@Nullable Throwable cause) {
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

  private static String rootOf(Throwable failure) {
    var root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root.toString();
  }
}

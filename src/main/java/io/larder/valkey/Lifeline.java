package io.larder.valkey;

import io.larder.guard.Breaker;
import io.larder.guard.Watch;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.params.SetParams;

/**
 * The link to one store, and whether it bears. After {@value #FAILURES_MAX} failures in a row the
 * breaker opens; a probe in the background, never a request, finds out when Valkey is back.
 */
final class Lifeline implements AutoCloseable {
  /** Keys that are there for a moment, to see whether the store takes and gives. */
  static final String PROBE = "larder:1:probe:";

  /** Failures in a row that open the breaker. One is chance; three in a row are an outage. */
  static final int FAILURES_MAX = 3;

  private static final Duration PAUSE = Duration.ofMillis(250);
  private static final Duration PAUSE_MAX = Duration.ofSeconds(1);
  private static final long PROBE_MILLIS = 100;
  private static final int PROBE_KEYS = 64;
  private static final Logger LOG = System.getLogger(Lifeline.class.getName());

  private final String store;
  private final ValkeyUri uri;
  private final ValkeySettings settings;
  private final Breaker breaker;
  private final ScheduledExecutorService scheduler;
  private final Watch watch;
  private volatile @Nullable Link link;
  private volatile boolean answeredOnce;
  private volatile boolean full;
  // of the watch's thread only
  private int probes;
  private int probesFailed;
  private int probesWithRoom;

  /**
   * A link that is opened at once where that takes asking, and if nobody answers, now and then in
   * the background.
   *
   * @param store {@code cache} or {@code state}, for logs
   */
  Lifeline(String store, ValkeyUri uri, ValkeySettings settings) {
    this.store = store;
    this.uri = uri;
    this.settings = settings;
    this.breaker = new Breaker(FAILURES_MAX, PAUSE, PAUSE_MAX, System::nanoTime);
    this.watch = Watch.start("larder-valkey-" + store + "-watch");
    this.scheduler =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("larder-valkey-" + store).factory());
    try {
      this.link = Link.open(uri, settings, watch);
    } catch (JedisException unreachable) {
      for (int i = 0; i < FAILURES_MAX; i++) {
        failed(unreachable);
      }
    }
    var unused =
        scheduler.scheduleWithFixedDelay(
            this::probe, PROBE_MILLIS, PROBE_MILLIS, TimeUnit.MILLISECONDS);
  }

  Breaker.State state() {
    return breaker.state();
  }

  /** How often the breaker has opened. */
  long opened() {
    return breaker.opened();
  }

  /** What may wait for the store, in the background. */
  ScheduledExecutorService scheduler() {
    return scheduler;
  }

  /** The link; null = there never was one, or it is being made anew. */
  @Nullable Link link() {
    return link;
  }

  /** The link, or a failure. */
  Link current() {
    var current = link;
    if (current == null) {
      throw new ValkeyUnavailable("valkey-" + store + " was not reached yet");
    }
    return current;
  }

  /** A call was answered. */
  void succeeded() {
    answeredOnce = true;
    breaker.succeeded();
  }

  /** A call was not answered. */
  void failed(RuntimeException why) {
    long before = breaker.opened();
    breaker.failed();
    if (breaker.opened() != before) {
      var open = link;
      if (open != null) {
        open.dropIdle();
      }
      LOG.log(
          Level.WARNING,
          "valkey-{0} is down, breaker open: {1}",
          store,
          Failures.told(why, uri.tls(), answeredOnce));
    }
  }

  /** A call was refused, because there is no memory for what it would have written. */
  void filled() {
    if (!full) {
      full = true;
      LOG.log(Level.WARNING, "valkey-{0} is full: it takes nothing new, reading goes on", store);
    }
  }

  /** Whether it has no memory for anything new, as far as is known. */
  boolean isFull() {
    return full;
  }

  /**
   * While the store is full, writes a little now and then, to see whether there is room again: of
   * servers that share the keys, on each of them.
   */
  private void findRoom() {
    try {
      var open = link;
      if (full && open != null && breaker.state() == Breaker.State.CLOSED) {
        probesWithRoom = write(open.jedis()) ? probesWithRoom + 1 : 0;
        if (probesWithRoom >= (uri.kind() == ValkeyUri.Kind.CLUSTER ? PROBE_KEYS : 1)) {
          probesWithRoom = 0;
          full = false;
          LOG.log(Level.INFO, "valkey-{0} has room again", store);
        }
      }
    } catch (RuntimeException down) {
      // calls notice that themselves; a probe that ends would never find room
      LOG.log(Level.DEBUG, "valkey-{0} does not tell: {1}", store, Failures.rootOf(down));
    }
  }

  /**
   * While the breaker is not closed, asks now and then whether Valkey is back: by writing, since a
   * server that lost its part still answers a ping, and to another slot each time.
   */
  private void probe() {
    findRoom();
    if (breaker.state() == Breaker.State.CLOSED || !breaker.allows()) {
      return;
    }
    try {
      var open = link;
      if (open == null) {
        open = Link.open(uri, settings, watch);
        link = open;
      }
      var unused = write(open.jedis());
      breaker.succeeded();
      probesFailed = 0;
      LOG.log(Level.INFO, "valkey-{0} is back, breaker closed", store);
    } catch (RuntimeException stillDown) {
      // whatever it is: a probe that ends is a store that never comes back
      LOG.log(Level.DEBUG, "valkey-{0} is still down: {1}", store, Failures.rootOf(stillDown));
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
        LOG.log(Level.DEBUG, "valkey-{0} does not close: {1}", store, Failures.rootOf(broken));
      }
    }
  }

  /** Writes a little; tells whether there was room for it. */
  private boolean write(UnifiedJedis jedis) {
    probes = (probes + 1) % PROBE_KEYS;
    var key = PROBE + probes;
    try {
      jedis.set(Link.bytes(key), Link.bytes("1"), SetParams.setParams().px(PAUSE_MAX.toMillis()));
      return true;
    } catch (JedisDataException refusal) {
      if (Failures.isNotServing(refusal)) {
        throw refusal;
      }
      LOG.log(Level.DEBUG, "valkey-{0} answers: {1}", store, refusal.getMessage());
      return !Failures.isFull(refusal);
    }
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
}

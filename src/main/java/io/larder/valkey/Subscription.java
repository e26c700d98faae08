package io.larder.valkey;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Connection;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisPubSub;

/**
 * Listens to a channel on a connection of its own, and connects again for as long as it is open.
 *
 * <p>A ping every {@link #HEARTBEAT} proves that nothing is missing: a server answers it after all
 * messages that it published before, on the same connection. So when the answer to a ping that was
 * sent at a time <i>t</i> has come, every message up to <i>t</i> has come. In a cluster that holds
 * for messages published by a script on the server that owns {@code routeKey}, to which the
 * subscription goes, and not for others.
 */
public final class Subscription implements AutoCloseable {
  /** Time between two pings. */
  static final Duration HEARTBEAT = Duration.ofMillis(250);

  /** A server that says nothing for so long, pings notwithstanding, is lost. */
  static final Duration SILENCE_MAX = Duration.ofMillis(700);

  private static final Duration PAUSE = Duration.ofMillis(20);
  private static final Duration PAUSE_MAX = Duration.ofSeconds(1);
  private static final Logger LOG = System.getLogger(Subscription.class.getName());

  private final String channel;
  private final String routeKey;
  private final Listener listener;
  private final Supplier<@Nullable Link> link;
  private final Thread thread;
  private final ScheduledFuture<?> heartbeat;
  private volatile @Nullable Session session;
  private volatile boolean closed;

  /** Who listens. All methods are called by one thread, in the order in which things happen. */
  public interface Listener {
    /** The subscription stands; messages published before are not known. */
    void connected();

    /** A message. */
    void message(String text);

    /**
     * Everything published before that moment has come.
     *
     * @param nanoTime the moment, of {@link System#nanoTime}
     */
    void complete(long nanoTime);

    /** The connection is gone; messages from now on are not known. */
    void lost();
  }

  Subscription(
      String name,
      String channel,
      String routeKey,
      Listener listener,
      Supplier<@Nullable Link> link,
      ScheduledExecutorService scheduler) {
    this.channel = channel;
    this.routeKey = routeKey;
    this.listener = listener;
    this.link = link;
    this.thread = Thread.ofPlatform().daemon().name(name).unstarted(this::run);
    this.heartbeat =
        scheduler.scheduleWithFixedDelay(
            this::beat, HEARTBEAT.toMillis(), HEARTBEAT.toMillis(), TimeUnit.MILLISECONDS);
  }

  void start() {
    thread.start();
  }

  private void run() {
    var pause = PAUSE;
    while (!closed) {
      var now = link.get();
      boolean subscribed = now != null && listen(now);
      if (!closed) {
        pause = subscribed ? PAUSE : longer(pause);
        LockSupport.parkNanos(pause.toNanos());
      }
    }
  }

  /** Listens until the connection ends, and says whether it ever stood. */
  private boolean listen(Link now) {
    Session mine = null;
    try {
      var server = now.owner(routeKey);
      try (var connection = now.connect(server)) {
        mine = new Session(connection, server);
        session = mine;
        mine.proceed(connection, channel);
      }
    } catch (RuntimeException broken) {
      LOG.log(Level.DEBUG, "subscription to {0} ended: {1}", channel, broken.getMessage());
    } finally {
      session = null;
    }
    boolean stood = mine != null && mine.stood;
    if (stood && !closed) {
      listener.lost();
    }
    return stood;
  }

  private static Duration longer(Duration pause) {
    var twice = pause.multipliedBy(2);
    return twice.compareTo(PAUSE_MAX) > 0 ? PAUSE_MAX : twice;
  }

  private void beat() {
    var now = session;
    if (now == null || !now.stood) {
      return;
    }
    var current = link.get();
    try {
      if (current == null || !now.server.equals(current.owner(routeKey))) {
        // another server has taken the key over; this one hears of no message any more
        Cutter.cut(now.connection);
      } else {
        now.ping(String.valueOf(System.nanoTime()));
      }
    } catch (RuntimeException broken) {
      // whatever it is: a heartbeat that ends is a listener that goes deaf
      Cutter.cut(now.connection);
    }
  }

  @Override
  public void close() {
    closed = true;
    heartbeat.cancel(false);
    var now = session;
    if (now != null) {
      Cutter.cut(now.connection);
    }
    LockSupport.unpark(thread);
  }

  /** One connection's life. */
  private final class Session extends JedisPubSub {
    private final Connection connection;
    private final HostAndPort server;
    private volatile boolean stood;

    Session(Connection connection, HostAndPort server) {
      this.connection = connection;
      this.server = server;
    }

    @Override
    public void onSubscribe(String name, int count) {
      listener.connected();
      stood = true;
      ping(String.valueOf(System.nanoTime()));
    }

    @Override
    public void onMessage(String name, String text) {
      listener.message(text);
    }

    @Override
    public void onPong(String nanoTime) {
      listener.complete(Long.parseLong(nanoTime));
    }
  }
}

package io.larder.provider;

import java.net.http.HttpClient;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * Clients for HTTP/2, as many as the streams need. The JDK's client keeps one connection to a
 * server and fails when that has all the streams that the server allows; another client is another
 * connection.
 */
final class Connections implements AutoCloseable {
  /**
   * Servers should allow 100 at least (RFC 9113, 6.5.2); some are still being ended on both sides
   * when others begin.
   */
  private static final int STREAMS_PER_CONNECTION = 80;

  private final int connectionsMax;
  private final Supplier<HttpClient> newClient;
  private final List<Shared> shared = new ArrayList<>();

  /** A client and how many streams it has. Guarded by the outer object. */
  private static final class Shared {
    private final HttpClient client;
    private int streams;

    Shared(HttpClient client) {
      this.client = client;
    }
  }

  /** The right to one stream; given back once, however often it is. */
  final class Taken {
    private final Shared of;
    private final AtomicBoolean back = new AtomicBoolean();

    private Taken(Shared of) {
      this.of = of;
    }

    HttpClient client() {
      return of.client;
    }

    void giveBack() {
      if (back.compareAndSet(false, true)) {
        synchronized (Connections.this) {
          of.streams--;
        }
      }
    }
  }

  /** None so far; they are made when they are needed, since each has a thread. */
  Connections(int streamsMax, Supplier<HttpClient> newClient) {
    this.connectionsMax = Math.ceilDiv(streamsMax, STREAMS_PER_CONNECTION);
    this.newClient = newClient;
  }

  /** Takes a stream: of the first connection that has one free, so that few are kept warm. */
  synchronized Taken take() {
    for (var one : shared) {
      if (one.streams < STREAMS_PER_CONNECTION) {
        return taken(one);
      }
    }
    if (shared.size() < connectionsMax) {
      shared.add(new Shared(newClient.get()));
      return taken(shared.getLast());
    }
    // whoever asks bounds the requests; a few more while others are ending are the server's to
    // judge
    return taken(shared.getFirst());
  }

  private Taken taken(Shared one) {
    one.streams++;
    return new Taken(one);
  }

  /** Ends all of them, and what they are doing. */
  @Override
  public synchronized void close() {
    shared.forEach(one -> one.client.shutdownNow());
  }
}

package it;

import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * A TCP proxy on 127.0.0.1 in front of a port, with a network that fails on demand. There is one
 * fault at a time, for connections that are open and for new ones; setting another replaces it.
 */
public final class FaultProxy implements AutoCloseable {
  private static final int BUFFER_BYTES = 16 * 1024;
  private static final int BACKLOG = 256;

  /** Between two pieces of a sliced reply; without it the kernel puts them together again. */
  private static final long PIECE_GAP_NANOS = TimeUnit.MICROSECONDS.toNanos(100);

  private volatile int serverPort;
  private final ServerSocket door;
  private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
  private final AtomicReference<Fault> fault = new AtomicReference<>(new Fault.None());
  private volatile boolean closed;

  private FaultProxy(int serverPort) {
    this.serverPort = serverPort;
    try {
      this.door = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
    } catch (IOException none) {
      throw new UncheckedIOException(none);
    }
  }

  /** Starts one, without a fault, in front of a port on 127.0.0.1. */
  public static FaultProxy inFrontOf(int serverPort) {
    var proxy = new FaultProxy(serverPort);
    Thread.ofVirtual().name("fault-proxy").start(proxy::accept);
    return proxy;
  }

  /** Its port on 127.0.0.1. */
  public int port() {
    return door.getLocalPort();
  }

  /** Leads new connections to another server, as a balancer does when one is gone. */
  public void leadTo(int port) {
    serverPort = port;
  }

  /** Where it is, as a Valkey server. */
  public String uri() {
    return "valkey://127.0.0.1:" + port();
  }

  /** Delays each chunk from the server to the client. */
  public void latency(Duration delay) {
    fault.set(new Fault.Latency(delay));
  }

  /**
   * Swallows everything in both directions while the sockets stay open; new connections are
   * accepted and never answered. A connection that lost something this way, and each that was
   * opened meanwhile, stays dead for good: what a gap in a stream would look like is seen on no
   * network.
   */
  public void blackhole() {
    fault.set(new Fault.Blackhole());
  }

  /** Resets all connections that are open now (RST); a fault that is set goes on for new ones. */
  public void reset() {
    connections.forEach(Connection::reset);
  }

  /**
   * Lets that many bytes of the next replies through, counted over all connections, then resets the
   * connection it happens on (RST). Happens once, then there is no fault.
   *
   * @param bytes 0 or more; with 0 a request arrives and its reply is lost
   */
  public void resetAfterBytes(int bytes) {
    if (bytes < 0) {
      throw new IllegalArgumentException("bytes must be 0 or more, was " + bytes);
    }
    fault.set(new Fault.ResetAfter(bytes));
  }

  /** Forwards replies in pieces of at most that many bytes. */
  public void slice(int bytes) {
    if (bytes < 1) {
      throw new IllegalArgumentException("bytes must be 1 or more, was " + bytes);
    }
    fault.set(new Fault.Slice(bytes));
  }

  /** Closes new connections at once; those that are open go on. */
  public void refuse() {
    fault.set(new Fault.Refuse());
  }

  /** Ends the fault. */
  public void heal() {
    fault.set(new Fault.None());
  }

  @Override
  public void close() {
    closed = true;
    shut(door);
    connections.forEach(Connection::close);
  }

  private void accept() {
    try {
      while (!closed) {
        var client = door.accept();
        if (fault.get() instanceof Fault.Refuse) {
          shut(client);
        } else {
          open(client);
        }
      }
    } catch (IOException over) {
      close();
    }
  }

  private void open(Socket client) {
    var connection = new Connection(client, fault.get() instanceof Fault.Blackhole);
    connections.add(connection);
    if (closed) {
      connection.close();
    }
    Thread.ofVirtual().name("fault-proxy-requests").start(connection::forwardRequests);
  }

  private static void shut(Closeable socket) {
    try {
      socket.close();
    } catch (IOException failed) {
      // it is gone either way
    }
  }

  private static void pause(Duration delay) throws IOException {
    try {
      Thread.sleep(delay);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException();
    }
  }

  /** What is wrong with the network. */
  private sealed interface Fault {
    record None() implements Fault {}

    record Latency(Duration delay) implements Fault {}

    record Blackhole() implements Fault {}

    record ResetAfter(int bytes) implements Fault {}

    record Slice(int bytes) implements Fault {}

    record Refuse() implements Fault {}
  }

  /** One client's connection and the one to the server behind it. */
  private final class Connection {
    private final Socket client;
    private final Socket server = new Socket();

    /** Whether something was swallowed; nothing goes through any more. */
    private volatile boolean lost;

    Connection(Socket client, boolean lost) {
      this.client = client;
      this.lost = lost;
    }

    void forwardRequests() {
      try {
        if (!lost) {
          server.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), serverPort));
          server.setTcpNoDelay(true);
          client.setTcpNoDelay(true);
          Thread.ofVirtual().name("fault-proxy-replies").start(this::forwardReplies);
        }
        var in = client.getInputStream();
        var buffer = new byte[BUFFER_BYTES];
        for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
          if (!swallows()) {
            server.getOutputStream().write(buffer, 0, length);
          }
        }
      } catch (IOException broken) {
        // one side is gone; the other follows
      } finally {
        close();
      }
    }

    void reset() {
      try {
        client.setSoLinger(true, 0);
      } catch (IOException gone) {
        // closed before; there is nothing to reset
      }
      close();
    }

    void close() {
      connections.remove(this);
      shut(client);
      shut(server);
    }

    private void forwardReplies() {
      try {
        var in = server.getInputStream();
        var buffer = new byte[BUFFER_BYTES];
        for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
          forwardReply(buffer, length);
        }
      } catch (IOException broken) {
        // as at the end of the stream
      }
      if (!swallows()) {
        close();
      }
    }

    private void forwardReply(byte[] reply, int length) throws IOException {
      if (fault.get() instanceof Fault.Latency(Duration delay)) {
        pause(delay);
      }
      int at = 0;
      while (at < length && !swallows()) {
        // looked at anew for each piece: the fault may change in the middle of a reply
        at += forwardPiece(fault.get(), reply, at, length - at);
      }
    }

    /** Gives how many bytes are done with. */
    private int forwardPiece(Fault now, byte[] reply, int at, int length) throws IOException {
      return switch (now) {
        case Fault.ResetAfter after -> forwardAndReset(after, reply, at, length);
        case Fault.Slice(int bytes) -> {
          int piece = write(reply, at, Math.min(bytes, length));
          LockSupport.parkNanos(PIECE_GAP_NANOS);
          yield piece;
        }
        // the other faults are dealt with elsewhere
        default -> write(reply, at, length);
      };
    }

    private int forwardAndReset(Fault.ResetAfter now, byte[] reply, int at, int length)
        throws IOException {
      boolean last = now.bytes() <= length;
      var next = last ? new Fault.None() : new Fault.ResetAfter(now.bytes() - length);
      if (!fault.compareAndSet(now, next)) {
        // another connection counted at the same time
        return 0;
      }
      write(reply, at, Math.min(now.bytes(), length));
      if (last) {
        reset();
      }
      return length;
    }

    private int write(byte[] reply, int at, int length) throws IOException {
      client.getOutputStream().write(reply, at, length);
      client.getOutputStream().flush();
      return length;
    }

    private boolean swallows() {
      if (fault.get() instanceof Fault.Blackhole) {
        lost = true;
      }
      return lost;
    }
  }
}

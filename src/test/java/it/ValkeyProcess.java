package it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A real Valkey server on a port of its own, to be killed, stopped and started again. Unless said
 * otherwise it is a process of this machine.
 */
public final class ValkeyProcess implements AutoCloseable {
  private static final long START_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final int REPLY_MILLIS_MAX = 5_000;
  private static final int WAIT_MILLIS = 4_000;

  private final ValkeyHost host;
  private final int port;
  private final Optional<TestCertificates> tls;
  private final List<String> arguments;
  private final Map<String, Path> files;
  private ValkeyHost.Running running;

  private ValkeyProcess(
      ValkeyHost host,
      int port,
      Optional<TestCertificates> tls,
      List<String> arguments,
      Map<String, Path> files) {
    this.host = host;
    this.port = port;
    this.tls = tls;
    this.arguments = arguments;
    this.files = files;
    this.running = launch();
  }

  /** Starts a server. */
  public static ValkeyProcess start(String... options) {
    return start(ValkeyHost.processes(), options);
  }

  /** Starts a server there. */
  public static ValkeyProcess start(ValkeyHost host, String... options) {
    return startAt(host, freePort(), List.of(options));
  }

  /** Starts a server that speaks TLS only. */
  public static ValkeyProcess startTls(
      TestCertificates certificates, boolean clientCertificateRequired, String... options) {
    return startTls(ValkeyHost.processes(), certificates, clientCertificateRequired, options);
  }

  /**
   * Starts a server that speaks TLS only. Where no server at hand can, the test is counted as not
   * run.
   *
   * @param clientCertificateRequired whether it turns clients away that show no certificate
   */
  public static ValkeyProcess startTls(
      ValkeyHost host,
      TestCertificates certificates,
      boolean clientCertificateRequired,
      String... options) {
    host.needTls();
    int port = freePort();
    var all = new ArrayList<>(List.of("--port", "0", "--tls-port", String.valueOf(port)));
    all.addAll(List.of("--tls-cert-file", "server.pem", "--tls-key-file", "server-key.pem"));
    all.addAll(List.of("--tls-ca-cert-file", "ca.pem"));
    all.addAll(List.of("--tls-auth-clients", clientCertificateRequired ? "yes" : "no"));
    all.addAll(List.of(options));
    return new ValkeyProcess(
        host,
        port,
        Optional.of(certificates),
        serverArguments(port, all),
        Map.of(
            "server.pem", certificates.serverCertificatePem(),
            "server-key.pem", certificates.serverKeyPem(),
            "ca.pem", certificates.caPem()));
  }

  /** Starts a server on that port. */
  static ValkeyProcess startAt(ValkeyHost host, int port, List<String> options) {
    return new ValkeyProcess(
        host, port, Optional.empty(), serverArguments(port, options), Map.of());
  }

  /** Starts a sentinel with a configuration that names its port; it writes to a copy of it. */
  static ValkeyProcess startSentinel(ValkeyHost host, int port, Path configuration) {
    // a sentinel is the same program by another name, and only the server is always at hand
    var arguments = List.of("sentinel.conf", "--sentinel");
    return new ValkeyProcess(
        host, port, Optional.empty(), arguments, Map.of("sentinel.conf", configuration));
  }

  /** Where it is. */
  public String uri() {
    // the name, because that is what clients compare with the certificate
    return (tls.isPresent() ? "valkeys://localhost:" : "valkey://127.0.0.1:") + port;
  }

  /** Its port on 127.0.0.1. */
  public int port() {
    return port;
  }

  /** Ends it at once, as a crash does. */
  public void kill() {
    running.kill();
  }

  /** Starts it again on the same port; it comes back empty. */
  public void restart() {
    running.close();
    running = launch();
  }

  /** Stops it from answering while its sockets stay open, as a hung machine does. */
  public void freeze() {
    running.freeze();
  }

  /** Lets it go on. */
  public void thaw() {
    running.thaw();
  }

  /** Sends a command and returns the raw reply. */
  public String command(String... words) {
    return command(RawCommand.words(words));
  }

  /** Sends a command of words that need not be text. */
  String command(List<byte[]> words) {
    try (var socket = connect()) {
      socket.setSoTimeout(REPLY_MILLIS_MAX);
      return RawCommand.send(socket, words);
    } catch (IOException down) {
      throw new UncheckedIOException(down);
    }
  }

  /**
   * Sets a key and waits until that many replicas have it. Both on one connection: WAIT is about
   * the writes of the client that sends it.
   *
   * @return how many have it, as on the wire
   */
  String setAndWait(String key, String value, int replicas) {
    try (var socket = connect()) {
      socket.setSoTimeout(REPLY_MILLIS_MAX);
      var unused = RawCommand.send(socket, RawCommand.words("SET", key, value));
      return RawCommand.send(
          socket, RawCommand.words("WAIT", String.valueOf(replicas), String.valueOf(WAIT_MILLIS)));
    } catch (IOException down) {
      throw new UncheckedIOException(down);
    }
  }

  /** Whether it runs. */
  boolean isAlive() {
    return running.isAlive();
  }

  @Override
  public void close() {
    running.close();
  }

  /** A port that nothing listens on now. */
  public static int freePort() {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException none) {
      throw new UncheckedIOException(none);
    }
  }

  private static List<String> serverArguments(int port, List<String> options) {
    var arguments = new ArrayList<>(List.of("--port", String.valueOf(port)));
    arguments.addAll(
        List.of("--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--daemonize", "no"));
    arguments.addAll(options);
    return List.copyOf(arguments);
  }

  private Socket connect() throws IOException {
    return tls.isPresent()
        ? tls.get().clientContext().getSocketFactory().createSocket("localhost", port)
        : new Socket(InetAddress.getLoopbackAddress(), port);
  }

  private ValkeyHost.Running launch() {
    var started = host.run("larder-valkey-" + port, arguments, files);
    long end = System.nanoTime() + START_NANOS;
    while (System.nanoTime() < end && started.isAlive()) {
      try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
        assert socket.isConnected();
        return started;
      } catch (IOException notYet) {
        Thread.onSpinWait();
      }
    }
    var said = started.log();
    started.close();
    throw new IllegalStateException("valkey did not start: " + said);
  }
}

package it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import redis.embedded.core.ExecutableProvider;

/**
 * A real Valkey server on a port of its own, to be killed, stopped and started again. It is the one
 * on the PATH, or else the Redis that a test dependency carries.
 */
public final class ValkeyProcess implements AutoCloseable {
  private static final long START_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final int REPLY_MILLIS_MAX = 5_000;

  private final int port;
  private final Optional<TestCertificates> tls;
  private final List<String> arguments;
  private Process process;

  private ValkeyProcess(int port, Optional<TestCertificates> tls, List<String> arguments) {
    this.port = port;
    this.tls = tls;
    this.arguments = arguments;
    this.process = launch();
  }

  /** Starts a server. */
  public static ValkeyProcess start(String... options) {
    return startAt(freePort(), List.of(options));
  }

  /**
   * Starts a server that speaks TLS only. Where no server at hand can, the test is counted as not
   * run.
   *
   * @param clientCertificateRequired whether it turns clients away that show no certificate
   */
  public static ValkeyProcess startTls(
      TestCertificates certificates, boolean clientCertificateRequired, String... options) {
    Requires.tls();
    int port = freePort();
    var all = new ArrayList<>(List.of("--port", "0", "--tls-port", String.valueOf(port)));
    all.addAll(List.of("--tls-cert-file", certificates.serverCertificatePem().toString()));
    all.addAll(List.of("--tls-key-file", certificates.serverKeyPem().toString()));
    all.addAll(List.of("--tls-ca-cert-file", certificates.caPem().toString()));
    all.addAll(List.of("--tls-auth-clients", clientCertificateRequired ? "yes" : "no"));
    all.addAll(List.of(options));
    return new ValkeyProcess(port, Optional.of(certificates), serverArguments(port, all));
  }

  /** Starts a server on that port. */
  static ValkeyProcess startAt(int port, List<String> options) {
    return new ValkeyProcess(port, Optional.empty(), serverArguments(port, options));
  }

  /** Starts a sentinel with a configuration that names its port; it writes to that file. */
  static ValkeyProcess startSentinel(int port, Path configuration) {
    // a sentinel is the same program by another name, and only the server is always at hand
    var arguments = List.of(configuration.toString(), "--sentinel");
    return new ValkeyProcess(port, Optional.empty(), arguments);
  }

  /** Whether the server at hand was built with TLS. */
  static boolean speaksTls() {
    try {
      // without any port it ends at once, or before that at a word it does not know
      var asked =
          new ProcessBuilder(program(), "--port", "0", "--tls-port", "0")
              .redirectErrorStream(true)
              .start();
      asked.getOutputStream().close();
      try (var said = asked.getInputStream()) {
        var text = new String(said.readAllBytes(), StandardCharsets.UTF_8);
        return text.contains("not listen anywhere");
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
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
    process.destroyForcibly();
    join();
  }

  /** Starts it again on the same port; it comes back empty. */
  public void restart() {
    process = launch();
  }

  /** Stops it from answering while its sockets stay open, as a hung machine does. */
  public void freeze() {
    signal("-STOP");
  }

  /** Lets it go on. */
  public void thaw() {
    signal("-CONT");
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

  /** Whether it runs. */
  boolean isAlive() {
    return process.isAlive();
  }

  @Override
  public void close() {
    if (process.isAlive()) {
      thaw();
    }
    kill();
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
    // a replica writes what it gets to a file, and any server starts with the file it finds
    arguments.addAll(List.of("--dbfilename", "larder-" + port + ".rdb"));
    arguments.addAll(options);
    return List.copyOf(arguments);
  }

  private Socket connect() throws IOException {
    return tls.isPresent()
        ? tls.get().clientContext().getSocketFactory().createSocket("localhost", port)
        : new Socket(InetAddress.getLoopbackAddress(), port);
  }

  private Process launch() {
    var command = new ArrayList<>(List.of(program()));
    command.addAll(arguments);
    try {
      var log = Files.createTempFile("larder-valkey-", ".log");
      log.toFile().deleteOnExit();
      var started =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .directory(Path.of(System.getProperty("java.io.tmpdir")).toFile())
              .start();
      Runtime.getRuntime().addShutdownHook(new Thread(started::destroyForcibly));
      awaitAnswer(started, log);
      return started;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private void awaitAnswer(Process started, Path log) throws IOException {
    long end = System.nanoTime() + START_NANOS;
    while (System.nanoTime() < end && started.isAlive()) {
      try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
        assert socket.isConnected();
        return;
      } catch (IOException notYet) {
        Thread.onSpinWait();
      }
    }
    started.destroyForcibly();
    throw new IllegalStateException("valkey did not start: " + Files.readString(log));
  }

  private static String program() {
    return Requires.onPath("valkey-server")
        .map(Path::toString)
        .orElseGet(
            () -> {
              try {
                return ExecutableProvider.newJarResourceProvider().get().getPath();
              } catch (IOException none) {
                throw new UncheckedIOException("no valkey-server, and none carried along", none);
              }
            });
  }

  private void signal(String signal) {
    try {
      new ProcessBuilder("kill", signal, String.valueOf(process.pid())).start().waitFor();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  private void join() {
    try {
      process.waitFor(5, TimeUnit.SECONDS);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }
}

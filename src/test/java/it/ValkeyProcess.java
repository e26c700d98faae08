package it;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import redis.embedded.core.ExecutableProvider;

/**
 * A real Valkey server on a port of its own, to be killed, stopped and started again. It is the one
 * on the PATH, or else the Redis that a test dependency carries.
 */
public final class ValkeyProcess implements AutoCloseable {
  private static final long START_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final int port;
  private final List<String> options;
  private Process process;

  private ValkeyProcess(int port, List<String> options) {
    this.port = port;
    this.options = options;
    this.process = launch();
  }

  /** Starts a server. */
  public static ValkeyProcess start(String... options) {
    return new ValkeyProcess(freePort(), List.of(options));
  }

  /** Where it is. */
  public String uri() {
    return "valkey://127.0.0.1:" + port;
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

  /** Sends a command and returns the raw reply, at most 64 KiB of it. */
  public String command(String... words) {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(2_000);
      var request = new StringBuilder("*" + words.length + "\r\n");
      for (var word : words) {
        request
            .append('$')
            .append(word.getBytes(StandardCharsets.UTF_8).length)
            .append("\r\n")
            .append(word)
            .append("\r\n");
      }
      OutputStream out = socket.getOutputStream();
      out.write(request.toString().getBytes(StandardCharsets.UTF_8));
      out.flush();
      InputStream in = socket.getInputStream();
      var reply = new byte[64 * 1024];
      int length = in.read(reply);
      return length < 0 ? "" : new String(reply, 0, length, StandardCharsets.ISO_8859_1);
    } catch (IOException down) {
      throw new UncheckedIOException(down);
    }
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

  private Process launch() {
    var command = new ArrayList<>(List.of(program(), "--port", String.valueOf(port)));
    command.addAll(
        List.of("--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--daemonize", "no"));
    command.addAll(options);
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

package io.larder.ops;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/**
 * What the launcher cannot tell with a shell alone: whether a port is free, and when the server is
 * ready. Stands apart from the application and uses nothing but the JDK.
 *
 * <p>{@code free PORT}: exit code 0 if nothing listens there. {@code await PORT PID}: 0 as soon as
 * {@code /health/ready} answers, 1 if the process ends or the time is over.
 */
public final class Probe {
  private static final Duration READY_MAX = Duration.ofMinutes(2);
  private static final Duration PAUSE = Duration.ofMillis(100);
  private static final int CONNECT_MILLIS = 500;

  private final int port;

  private Probe(int port) {
    this.port = port;
  }

  /** Runs one of the two probes. */
  public static void main(String[] arguments) throws InterruptedException {
    var probe = new Probe(Integer.parseInt(arguments[1]));
    boolean good =
        arguments[0].equals("free") ? probe.isFree() : probe.isReady(Long.parseLong(arguments[2]));
    System.exit(good ? 0 : 1);
  }

  private boolean isFree() {
    try (var socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECT_MILLIS);
      System.err.printf(
          "larder: port %d is in use, perhaps by another Larder. Stop that one, or take another port:%n"
              + "  LARDER_HTTP_PORT=%d ./larder run%n",
          port, port + 1);
      return false;
    } catch (IOException nobody) {
      return true;
    }
  }

  private boolean isReady(long server) throws InterruptedException {
    var request =
        HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/health/ready"))
            .timeout(Duration.ofSeconds(2))
            .build();
    long end = System.nanoTime() + READY_MAX.toNanos();
    try (var client = HttpClient.newHttpClient()) {
      while (System.nanoTime() < end) {
        if (!ProcessHandle.of(server).map(ProcessHandle::isAlive).orElse(false)) {
          return false;
        }
        if (isUp(client, request)) {
          return true;
        }
        Thread.sleep(PAUSE);
      }
    }
    System.err.printf("larder: not ready after %s; see logs/messages.log%n", READY_MAX);
    return false;
  }

  private static boolean isUp(HttpClient client, HttpRequest request) throws InterruptedException {
    try {
      return client.send(request, BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException notYet) {
      return false;
    }
  }
}

package it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A client of one streamed answer that tells what has come so far. What is looked at is either
 * there within {@link #TIME_MAX} or the test fails.
 */
final class StreamClient implements AutoCloseable {
  private static final Duration TIME_MAX = Duration.ofSeconds(20);

  private final CompletableFuture<HttpResponse<InputStream>> response;
  private final CompletableFuture<Void> over = new CompletableFuture<>();
  // guarded by itself
  private final ByteArrayOutputStream come = new ByteArrayOutputStream();

  private StreamClient(HttpRequest request) {
    this.response = LarderProcess.HTTP.sendAsync(request, BodyHandlers.ofInputStream());
    Thread.ofVirtual().name("stream-client").start(this::read);
  }

  /** Asks for a stream, with header fields in pairs. */
  static StreamClient ask(LarderProcess node, String path, String body, String... headers) {
    var request =
        node.request(path)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return new StreamClient(request.build());
  }

  /** Asks for the stream of a chat. */
  static StreamClient chat(LarderProcess node, String body, String... headers) {
    return ask(node, "/v1/chat/completions", body, headers);
  }

  /**
   * Goes on with a stream.
   *
   * @param after number of the last event seen; negative = none is named
   */
  static StreamClient resume(LarderProcess node, String name, int after) {
    var request = node.request("/v1/streams/" + name).GET();
    if (after >= 0) {
      request.header("Last-Event-ID", String.valueOf(after));
    }
    return new StreamClient(request.build());
  }

  /** Sends a request of any kind. */
  static StreamClient of(HttpRequest request) {
    return new StreamClient(request);
  }

  private void read() {
    try (var body = response.join().body()) {
      var buffer = new byte[8192];
      for (int length = body.read(buffer); length >= 0; length = body.read(buffer)) {
        synchronized (come) {
          come.write(buffer, 0, length);
        }
      }
      over.complete(null);
    } catch (IOException | RuntimeException broken) {
      over.completeExceptionally(broken);
    }
  }

  /** What came so far. */
  String soFar() {
    synchronized (come) {
      return come.toString(StandardCharsets.UTF_8);
    }
  }

  /** Waits until that has come. */
  StreamClient await(String text) {
    Await.until("the stream has " + text, TIME_MAX, () -> soFar().contains(text));
    return this;
  }

  /**
   * Waits for the end of the body, and gives all of it; a connection that breaks fails the test.
   */
  String all() {
    return all(TIME_MAX);
  }

  /** Waits so long for the end of the body, and gives all of it. */
  String all(Duration max) {
    assertThat(over)
        .as(() -> "so far: " + soFar())
        .succeedsWithin(max.toMillis(), TimeUnit.MILLISECONDS);
    return soFar();
  }

  /** Whether the body has come to its end. */
  boolean isOver() {
    return over.isDone();
  }

  int status() {
    return response.orTimeout(TIME_MAX.toMillis(), TimeUnit.MILLISECONDS).join().statusCode();
  }

  /** A field of the answer's header; empty if it has none. */
  String header(String name) {
    return response
        .orTimeout(TIME_MAX.toMillis(), TimeUnit.MILLISECONDS)
        .join()
        .headers()
        .firstValue(name)
        .orElse("");
  }

  /** Leaves, in the middle if it is not over: the connection is closed. */
  @Override
  public void close() {
    var unused =
        response.thenAccept(
            answered -> {
              try {
                answered.body().close();
              } catch (IOException gone) {
                over.completeExceptionally(gone);
              }
            });
  }
}

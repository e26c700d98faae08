package io.larder.provider;

import io.larder.model.Header;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * HTTP/2 with the JDK's client: many streams over few connections, agreed on by ALPN over TLS and
 * by an upgrade from HTTP/1.1 (h2c) without. A server that does not offer it is asked over
 * HTTP/1.1.
 */
final class Http2Transport implements Transport {
  /** As for HTTP/1.1; the JDK bounds the bytes, not the count. */
  private static final int HEADERS_MAX = 200;

  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("larder-http2-", 0).factory());

  private final Connections connections;

  /**
   * A transport.
   *
   * @param streamsMax requests at once
   */
  Http2Transport(int streamsMax, Duration connectTimeout) {
    this.connections =
        new Connections(
            streamsMax,
            () ->
                HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_2)
                    .connectTimeout(connectTimeout)
                    .followRedirects(HttpClient.Redirect.NEVER)
                    .proxy(HttpClient.Builder.NO_PROXY)
                    .executor(threads)
                    .build());
  }

  @Override
  public Call call(Request request) {
    var message = HttpRequest.newBuilder(request.url());
    for (var header : request.headers()) {
      message.header(header.name(), header.value());
    }
    request
        .body()
        .ifPresent(
            body ->
                message
                    .header("Content-Type", "application/json; charset=UTF-8")
                    .POST(BodyPublishers.ofByteArray(body)));
    return new Http2Call(message.build());
  }

  @Override
  public void close() {
    connections.close();
    threads.shutdownNow();
  }

  /** One request; its stream ends when the body does. */
  private final class Http2Call implements Call {
    private final HttpRequest message;
    private volatile boolean cut;
    private volatile @Nullable CompletableFuture<HttpResponse<InputStream>> coming;
    private volatile @Nullable InputStream body;

    Http2Call(HttpRequest message) {
      this.message = message;
    }

    @Override
    public Received execute() throws IOException {
      var connection = connections.take();
      boolean answered = false;
      try {
        var response = await(connection.client().sendAsync(message, BodyHandlers.ofInputStream()));
        var ending = new EndingBody(response.body(), connection::giveBack);
        body = ending;
        if (cut || response.headers().map().size() > HEADERS_MAX) {
          ending.close();
          throw new IOException(cut ? "cut" : "more than " + HEADERS_MAX + " header fields");
        }
        answered = true;
        return new Received(
            response.statusCode(),
            headers(response.headers()),
            ending,
            response.headers().firstValueAsLong("content-length").orElse(-1));
      } finally {
        if (!answered) {
          connection.giveBack();
        }
      }
    }

    private HttpResponse<InputStream> await(CompletableFuture<HttpResponse<InputStream>> answer)
        throws IOException {
      coming = answer;
      if (cut) {
        answer.cancel(true);
      }
      try {
        return answer.get();
      } catch (CancellationException cancelled) {
        throw new IOException("cut", cancelled);
      } catch (InterruptedException stopped) {
        answer.cancel(true);
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("stopped while waiting for an answer");
      } catch (ExecutionException failed) {
        throw translate(failed.getCause());
      }
    }

    @Override
    public void cut() {
      cut = true;
      var answer = coming;
      if (answer != null) {
        answer.cancel(true);
      }
      var stream = body;
      if (stream != null) {
        try {
          stream.close();
        } catch (IOException alreadyBroken) {
          // cut is what it is to be
          return;
        }
      }
    }
  }

  private static IOException translate(@Nullable Throwable cause) {
    return switch (cause) {
      case HttpConnectTimeoutException e -> new Unreachable(e);
      case ConnectException e -> new Unreachable(e);
      case SSLException e -> new Unreachable(e);
      // all that tells it from other failures is this text
      case IOException e when String.valueOf(e.getMessage()).contains("too many concurrent") ->
          new Full(e);
      case IOException e -> e;
      case null, default -> new IOException("the exchange failed", cause);
    };
  }

  private static List<Header> headers(HttpHeaders headers) {
    return headers.map().entrySet().stream()
        .filter(field -> !field.getKey().startsWith(":"))
        .flatMap(
            field ->
                field.getValue().stream()
                    .map(value -> new Header(field.getKey().toLowerCase(Locale.ROOT), value)))
        .toList();
  }
}

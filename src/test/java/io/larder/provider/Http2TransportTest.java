package io.larder.provider;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.larder.provider.Transport.Request;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** {@link TransportContract} over HTTP/2. */
final class Http2TransportTest extends TransportContract {
  @Override
  Transport transport(int atOnce, Duration connectTimeout) {
    return new Http2Transport(atOnce, connectTimeout);
  }

  @Override
  String version() {
    return "HTTP/2.0";
  }

  @Test
  void execute_serverWithoutHttp2_isAskedOver11() throws Exception {
    var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/v1",
        exchange -> {
          var answer = exchange.getProtocol().getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    server.start();
    try (var transport = transport(1, Duration.ofSeconds(5))) {
      var url = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/v1");
      var body = Optional.of("{}".getBytes(StandardCharsets.UTF_8));
      for (int i = 0; i < 2; i++) {
        try (var received = transport.call(new Request(url, List.of(), body)).execute()) {
          assertThat(new String(received.body().readAllBytes(), StandardCharsets.UTF_8))
              .isEqualTo("HTTP/1.1");
          assertThat(received.length()).isEqualTo(8);
        }
      }
    } finally {
      server.stop(0);
    }
  }
}

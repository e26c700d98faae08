package io.larder.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.larder.model.Header;
import io.larder.provider.Transport.Received;
import io.larder.provider.Transport.Request;
import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.handlers.BlockingHandler;
import io.undertow.util.HttpString;
import it.FaultProxy;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every way of asking a provider must do, over real sockets and to a real server. */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
abstract class TransportContract {
  private static final int AT_ONCE = 300;

  private final ConcurrentMap<String, Script> scripts = new ConcurrentHashMap<>();
  private final AtomicBoolean over = new AtomicBoolean();
  private Undertow server;
  private FaultProxy network;
  private Transport transport;

  /** What the server does with a request. */
  @FunctionalInterface
  interface Script {
    /** Answers. */
    void answer(HttpServerExchange exchange) throws Exception;
  }

  /** The transport to test. */
  abstract Transport transport(int atOnce, Duration connectTimeout);

  /** The version in which its requests reach a server that offers both. */
  abstract String version();

  @BeforeEach
  void start() {
    server =
        Undertow.builder()
            .addHttpListener(0, "127.0.0.1")
            .setServerOption(UndertowOptions.ENABLE_HTTP2, true)
            .setServerOption(UndertowOptions.HTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, 100)
            .setIoThreads(2)
            .setWorkerThreads(AT_ONCE + 20)
            .setHandler(
                new BlockingHandler(
                    exchange -> {
                      var script = scripts.get(exchange.getRequestPath());
                      if (script == null) {
                        exchange.setStatusCode(404);
                      } else {
                        script.answer(exchange);
                      }
                    }))
            .build();
    server.start();
    var address = (InetSocketAddress) server.getListenerInfo().getFirst().getAddress();
    network = FaultProxy.inFrontOf(address.getPort());
    transport = transport(AT_ONCE, Duration.ofSeconds(5));
  }

  @AfterEach
  void stop() throws IOException {
    over.set(true);
    transport.close();
    network.close();
    server.stop();
  }

  @Test
  void execute_post_carriesRequestAndAnswer() throws Exception {
    var seen = new ConcurrentHashMap<String, String>();
    scripts.put(
        "/v1/echo",
        exchange -> {
          seen.put("protocol", exchange.getProtocol().toString());
          seen.put("method", exchange.getRequestMethod().toString());
          seen.put("type", exchange.getRequestHeaders().getFirst("Content-Type"));
          seen.put("mine", String.join("|", exchange.getRequestHeaders().get("X-Mine")));
          exchange.setStatusCode(201);
          exchange.getResponseHeaders().add(new HttpString("X-Answer"), "a");
          exchange.getResponseHeaders().add(new HttpString("X-Answer"), "b");
          var body = exchange.getInputStream().readAllBytes();
          exchange.setResponseContentLength(body.length);
          exchange.getOutputStream().write(body);
        });

    try (var received =
        call("/v1/echo", "{\"é\":1}", new Header("X-Mine", "1"), new Header("X-Mine", "2"))
            .execute()) {
      assertThat(received.status()).isEqualTo(201);
      assertThat(received.length()).isEqualTo(8);
      assertThat(text(received)).isEqualTo("{\"é\":1}");
      assertThat(values(received, "x-answer")).containsExactly("a", "b");
    }
    assertThat(seen)
        .containsEntry("protocol", version())
        .containsEntry("method", "POST")
        .containsEntry("mine", "1|2");
    assertThat(seen.get("type")).startsWith("application/json");
  }

  @Test
  void execute_withoutBody_isGet() throws Exception {
    scripts.put(
        "/v1/models",
        exchange -> exchange.getResponseSender().send(exchange.getRequestMethod().toString()));

    try (var received =
        transport.call(new Request(url("/v1/models"), List.of(), Optional.empty())).execute()) {
      assertThat(text(received)).isEqualTo("GET");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {302, 401, 404, 429, 500, 503, 529})
  void execute_anyStatus_isAnAnswer(int status) throws Exception {
    scripts.put(
        "/v1/status",
        exchange -> {
          exchange.setStatusCode(status);
          exchange.getResponseHeaders().add(new HttpString("Location"), "/elsewhere");
          exchange.getResponseSender().send("no");
        });

    try (var received = call("/v1/status", "{}").execute()) {
      assertThat(received.status()).isEqualTo(status);
      assertThat(text(received)).isEqualTo("no");
    }
  }

  @Test
  void execute_largeBodies_arriveWhole() throws Exception {
    scripts.put(
        "/v1/large", exchange -> exchange.getInputStream().transferTo(exchange.getOutputStream()));
    var large = "x".repeat(8 * 1024 * 1024);

    try (var received = call("/v1/large", large).execute()) {
      assertThat(text(received)).isEqualTo(large);
    }
  }

  @Test
  void body_stream_comesPieceByPiece() throws Exception {
    var read = new CountDownLatch(1);
    scripts.put(
        "/v1/stream",
        exchange -> {
          exchange.getOutputStream().write("one".getBytes(StandardCharsets.UTF_8));
          exchange.getOutputStream().flush();
          assertThat(read.await(30, TimeUnit.SECONDS)).isTrue();
          exchange.getOutputStream().write("two".getBytes(StandardCharsets.UTF_8));
        });

    try (var received = call("/v1/stream", "{}").execute()) {
      assertThat(received.length()).isNegative();
      assertThat(new String(received.body().readNBytes(3), StandardCharsets.UTF_8))
          .isEqualTo("one");
      read.countDown();
      assertThat(text(received)).isEqualTo("two");
    }
  }

  @Test
  void body_brokenOff_fails() throws Exception {
    scripts.put(
        "/v1/broken",
        exchange -> {
          exchange.getOutputStream().write("one".getBytes(StandardCharsets.UTF_8));
          exchange.getOutputStream().flush();
          untilOver();
        });

    try (var received = call("/v1/broken", "{}").execute()) {
      assertThat(received.body().readNBytes(3)).hasSize(3);
      network.reset();
      assertThatThrownBy(() -> received.body().readAllBytes()).isInstanceOf(IOException.class);
    }
    nextRequestWorks();
  }

  @Test
  void execute_brokenOffBeforeAnything_failsAndIsNotUnreachable() {
    scripts.put("/v1/nothing", exchange -> network.reset());

    assertThatThrownBy(() -> call("/v1/nothing", "{}").execute())
        .isInstanceOf(IOException.class)
        .isNotInstanceOf(Transport.Unreachable.class)
        .isNotInstanceOf(Transport.Full.class);
  }

  @Test
  void execute_refusedPort_isUnreachable() throws Exception {
    URI nobody;
    try (var closed = new ServerSocket(0)) {
      nobody = URI.create("http://127.0.0.1:" + closed.getLocalPort() + "/v1");
    }

    assertThatThrownBy(
            () -> transport.call(new Request(nobody, List.of(), Optional.empty())).execute())
        .isInstanceOf(Transport.Unreachable.class);
  }

  @Test
  void execute_unknownHost_isUnreachable() {
    var nowhere = URI.create("http://nowhere.invalid/v1");

    assertThatThrownBy(
            () -> transport.call(new Request(nowhere, List.of(), Optional.empty())).execute())
        .isInstanceOf(Transport.Unreachable.class);
  }

  @Test
  void execute_noTlsThere_isUnreachable() {
    var secure = URI.create(url("/v1").toString().replace("http:", "https:"));

    assertThatThrownBy(
            () -> transport.call(new Request(secure, List.of(), Optional.empty())).execute())
        .isInstanceOf(Transport.Unreachable.class);
  }

  @Test
  void execute_tooManyHeaderFields_fails() {
    scripts.put(
        "/v1/fields",
        exchange -> {
          for (int i = 0; i < 10_000; i++) {
            exchange.getResponseHeaders().add(new HttpString("x-" + i), "v");
          }
          exchange.getResponseSender().send("late");
        });

    assertThatThrownBy(() -> call("/v1/fields", "{}").execute()).isInstanceOf(IOException.class);
  }

  @Test
  void cut_beforeTheAnswer_endsTheWait() throws Exception {
    var asked = new CountDownLatch(1);
    scripts.put(
        "/v1/hang",
        exchange -> {
          asked.countDown();
          untilOver();
        });
    var call = call("/v1/hang", "{}");
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var waiting = threads.submit(call::execute);
      assertThat(asked.await(30, TimeUnit.SECONDS)).isTrue();
      call.cut();

      assertThatThrownBy(() -> waiting.get(30, TimeUnit.SECONDS))
          .hasCauseInstanceOf(IOException.class);
    }
    nextRequestWorks();
  }

  @Test
  void cut_beforeTheStart_sendsNothing() {
    scripts.put("/v1/early", exchange -> exchange.getResponseSender().send("late"));
    var call = call("/v1/early", "{}");
    call.cut();

    assertThatThrownBy(call::execute).isInstanceOf(IOException.class);
  }

  @Test
  void cut_whileTheBodyHangs_endsTheReading() throws Exception {
    scripts.put(
        "/v1/half",
        exchange -> {
          exchange.getOutputStream().write("one".getBytes(StandardCharsets.UTF_8));
          exchange.getOutputStream().flush();
          untilOver();
        });
    var call = call("/v1/half", "{}");
    try (var received = call.execute();
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      assertThat(received.body().readNBytes(3)).hasSize(3);
      var waiting = threads.submit(() -> received.body().read());
      call.cut();

      assertThatThrownBy(() -> waiting.get(30, TimeUnit.SECONDS))
          .hasCauseInstanceOf(IOException.class);
    }
    nextRequestWorks();
  }

  @Test
  void close_beforeTheEnd_costsTheNextRequestNothing() throws Exception {
    scripts.put(
        "/v1/endless",
        exchange -> {
          while (!over.get()) {
            exchange.getOutputStream().write(new byte[1000]);
          }
        });
    for (int i = 0; i < 5; i++) {
      try (var received = call("/v1/endless", "{}").execute()) {
        assertThat(received.body().readNBytes(10)).hasSize(10);
      }
    }
    nextRequestWorks();
  }

  @Test
  void execute_manyAtOnce_areAllAnswered() throws Exception {
    var all = new CountDownLatch(AT_ONCE);
    scripts.put(
        "/v1/many",
        exchange -> {
          all.countDown();
          // nobody is answered before everybody has asked
          assertThat(all.await(30, TimeUnit.SECONDS)).isTrue();
          exchange.getResponseSender().send("here");
        });
    var answers = new ArrayList<Future<String>>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < AT_ONCE; i++) {
        answers.add(
            threads.submit(
                () -> {
                  try (var received = call("/v1/many", "{}").execute()) {
                    return text(received);
                  }
                }));
      }
      for (var answer : answers) {
        assertThat(answer.get(50, TimeUnit.SECONDS)).isEqualTo("here");
      }
    }
  }

  private void nextRequestWorks() throws IOException {
    scripts.put("/v1/next", exchange -> exchange.getResponseSender().send("next"));
    try (var received = call("/v1/next", "{}").execute()) {
      assertThat(text(received)).isEqualTo("next");
    }
  }

  private void untilOver() throws InterruptedException {
    while (!over.get()) {
      Thread.sleep(10);
    }
  }

  private Transport.Call call(String path, String body, Header... headers) {
    var bytes = body.getBytes(StandardCharsets.UTF_8);
    return transport.call(new Request(url(path), List.of(headers), Optional.of(bytes)));
  }

  private URI url(String path) {
    return URI.create("http://127.0.0.1:" + network.port() + path);
  }

  private static List<String> values(Received received, String name) {
    return received.headers().stream()
        .filter(header -> header.name().equalsIgnoreCase(name))
        .map(Header::value)
        .toList();
  }

  private static String text(Received received) throws IOException {
    return new String(received.body().readAllBytes(), StandardCharsets.UTF_8);
  }
}

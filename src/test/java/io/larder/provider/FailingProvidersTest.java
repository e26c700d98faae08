package io.larder.provider;

import static io.larder.provider.ProviderFailure.Kind.BUSY;
import static io.larder.provider.ProviderFailure.Kind.CUT;
import static io.larder.provider.ProviderFailure.Kind.OPEN;
import static io.larder.provider.ProviderFailure.Kind.TIMED_OUT;
import static io.larder.provider.ProviderFailure.Kind.UNREACHABLE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.larder.guard.Watch;
import io.larder.model.Header;
import io.larder.model.Wire;
import io.larder.provider.Providers.Answered;
import io.larder.setting.MapConfig;
import io.larder.telemetry.Discarded;
import it.ScriptedProvider;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Providers that do everything wrong, over real sockets; only the waits between attempts are not.
 */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
final class FailingProvidersTest {
  private static final String JSON = "application/json";

  private final Watch watch = Watch.start("test-watch");
  private final ScriptedProvider server = ScriptedProvider.start();
  private final CountDownLatch over = new CountDownLatch(1);
  private final List<Duration> waits = new ArrayList<>();
  private final AtomicLong nanos = new AtomicLong();
  private final Map<String, String> settings = new HashMap<>();

  @AfterEach
  void stop() throws IOException {
    over.countDown();
    server.close();
    watch.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.1", "2"})
  void refusedPort_isAskedAgainAndUnreachable(String version) throws IOException {
    try (var closed = new ServerSocket(0)) {
      provider("a", "http://127.0.0.1:" + closed.getLocalPort() + "/v1");
    }
    settings.put("larder.provider.a.http-version", version);

    assertThat(failure("m").kind()).isEqualTo(UNREACHABLE);
    assertThat(waits).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.1", "2"})
  void acceptAndClose_isAskedAgainAndCut(String version) throws IOException {
    var accepted = new AtomicInteger();
    try (var closing = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      Thread.ofVirtual()
          .start(
              () -> {
                while (!closing.isClosed()) {
                  try (var socket = closing.accept()) {
                    accepted.incrementAndGet();
                    // the request is read, or the close would be a reset
                    socket.getInputStream().read(new byte[8192]);
                  } catch (IOException closed) {
                    return;
                  }
                }
              });
      provider("a", "http://127.0.0.1:" + closing.getLocalPort() + "/v1");
      settings.put("larder.provider.a.http-version", version);

      assertThat(failure("m").kind()).isEqualTo(CUT);
      assertThat(accepted).hasValue(3);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.1", "2"})
  void acceptAndHang_isTimedOutAndNotAskedAgain(String version) {
    server.script("m", (request, answer) -> over.await());
    provider("a", server.url());
    settings.put("larder.provider.a.http-version", version);

    assertThat(failure("m").kind()).isEqualTo(TIMED_OUT);
    assertThat(server.requests("m")).hasSize(1);
  }

  @Test
  void retryAfter_shortWaitsAndLongDoesNot() throws IOException {
    server.script(
        "m",
        (request, answer) -> {
          switch (server.requests("m").size()) {
            case 1 -> answer.whole(503, JSON, "{}", "Retry-After: 1");
            case 2 -> answer.whole(529, JSON, "{}", "Retry-After: soon");
            default -> answer.whole(503, JSON, "{\"e\":1}", "Retry-After: 3600");
          }
        });
    provider("a", server.url());

    try (var reply = ask("m").reply()) {
      assertThat(reply.status()).isEqualTo(503);
      assertThat(text(reply)).isEqualTo("{\"e\":1}");
      assertThat(reply.headers()).contains(new Header("Retry-After", "3600"));
    }
    assertThat(waits.getFirst()).isEqualTo(Duration.ofSeconds(1));
    assertThat(waits.get(1)).isBetween(Duration.ofMillis(200), Duration.ofMillis(400));
  }

  @Test
  void resetInMidHeader_isCut() {
    server.script(
        "m",
        (request, answer) -> {
          answer.raw("HTTP/1.1 200 OK\r\nContent-Ty");
          answer.cut();
        });
    provider("a", server.url());

    assertThat(failure("m").kind()).isEqualTo(CUT);
    assertThat(server.requests("m")).hasSize(3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.1", "2"})
  void garbageStatusLine_isCut(String version) {
    server.script(
        "m",
        (request, answer) -> {
          answer.raw("!!!! this is not HTTP\r\n\r\n");
          answer.cut();
        });
    provider("a", server.url());
    settings.put("larder.provider.a.http-version", version);

    assertThat(failure("m").kind()).isEqualTo(CUT);
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.1", "2"})
  void manyHeaderLines_areCut(String version) {
    server.script(
        "m",
        (request, answer) -> {
          var head = new StringBuilder("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n");
          for (int i = 0; i < 10_000; i++) {
            head.append("x-").append(i).append(": v\r\n");
          }
          answer.raw(head.append("\r\n").toString());
        });
    provider("a", server.url());
    settings.put("larder.provider.a.http-version", version);

    assertThat(failure("m").kind()).isEqualTo(CUT);
  }

  @Test
  void routePassedOver_nextOneAnswers() throws Exception {
    var first = ScriptedProvider.start();
    var second = ScriptedProvider.start();
    try (first;
        second) {
      second.script("m", (request, answer) -> answer.whole(200, "application/json", "{}"));
      provider("a", first.url());
      provider("b", second.url());
      var providers = providers();
      var answered =
          providers.ask(
              providers.routes(Wire.OPENAI_CHAT, "m"),
              route ->
                  route.provider().name().equals("a")
                      ? Optional.empty()
                      : Optional.of(question(Wire.OPENAI_CHAT)));
      answered.reply().close();
      assertThat(answered.route().provider().name()).isEqualTo("b");
      assertThat(first.requests("m")).isEmpty();
    }
  }

  @Test
  void answerBeforeTheBodyWasRead_isTheAnswerAndEndsTheSending() throws Exception {
    int length = 32 * 1024 * 1024;
    var taken = new CompletableFuture<Integer>();
    var seen = new CountDownLatch(1);
    try (var early = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      Thread.ofVirtual()
          .start(
              () -> {
                try (var socket = early.accept()) {
                  var in = socket.getInputStream();
                  int begin = in.readNBytes(100).length;
                  var answer = "HTTP/1.1 413 Large\r\nContent-Length: 2\r\n\r\nno";
                  socket.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
                  // else all might have been sent before anybody had a chance to see the answer
                  assertThat(seen.await(20, TimeUnit.SECONDS)).isTrue();
                  // as servers do that do not want the client to miss their answer (RFC 9112, 9.6)
                  taken.complete(begin + drain(in));
                } catch (Throwable broken) {
                  taken.completeExceptionally(broken);
                }
              });
      provider("a", "http://127.0.0.1:" + early.getLocalPort() + "/v1");
      settings.put("larder.provider.a.response-timeout", "PT20S");
      var large = new Question(Wire.OPENAI_CHAT, List.of(), new byte[length]);
      var providers = providers();

      try (var reply =
          providers
              .ask(providers.routes(Wire.OPENAI_CHAT, "m"), route -> Optional.of(large))
              .reply()) {
        assertThat(reply.status()).isEqualTo(413);
        seen.countDown();
      }
      assertThat(taken).succeedsWithin(Duration.ofSeconds(20));
      assertThat(taken.join()).isLessThan(length);
    }
  }

  /** Reads what comes to its end, and says how much it was. */
  private static int drain(InputStream in) {
    int all = 0;
    try {
      var buffer = new byte[8192];
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        all += count;
      }
    } catch (IOException reset) {
      return all;
    }
    return all;
  }

  @Test
  void headerTrickle_isTimedOut() {
    server.script(
        "m",
        (request, answer) -> {
          answer.raw("HTTP/1.1 200 OK\r\nx: ");
          while (!over.await(20, TimeUnit.MILLISECONDS)) {
            answer.raw("y");
          }
        });
    provider("a", server.url());

    assertThat(failure("m").kind()).isEqualTo(TIMED_OUT);
  }

  @Test
  void bodyTrickle_isReadToItsEnd() throws IOException {
    server.script(
        "m",
        (request, answer) -> {
          answer.streamHead();
          for (int i = 0; i < 20; i++) {
            answer.piece("x");
            // twenty of these are longer than the idle timeout, one is not
            over.await(40, TimeUnit.MILLISECONDS);
          }
          answer.streamEnd();
        });
    provider("a", server.url());
    settings.put("larder.provider.a.idle-timeout", "PT0.5S");

    try (var reply = ask("m").reply()) {
      assertThat(text(reply)).isEqualTo("x".repeat(20));
    }
  }

  @Test
  void errorBodyTrickle_doesNotKeepTheNextWaiting() throws IOException {
    server.script(
        "m",
        (request, answer) -> {
          if (request.line().contains("/b/")) {
            answer.whole(200, JSON, "b");
            return;
          }
          answer.raw("HTTP/1.1 503 No\r\nContent-Length: 50000\r\n\r\n");
          while (!over.await(20, TimeUnit.MILLISECONDS)) {
            answer.raw("y");
          }
        });
    provider("a", server.url());
    settings.put("larder.provider.a.retries", "0");
    provider("b", server.url() + "/b");

    try (var reply = ask("m").reply()) {
      assertThat(text(reply)).isEqualTo("b");
    }
  }

  @Test
  void failover_isInOrderAndEndsAtTheFirstThatAnswers() throws IOException {
    server.script(
        "m",
        (request, answer) -> {
          var path = request.line().split(" ", -1)[1];
          if (path.startsWith("/v1/b")) {
            answer.cut();
          } else {
            answer.whole(path.startsWith("/v1/a") ? 503 : 200, JSON, path);
          }
        });
    for (var name : new String[] {"a", "b", "c", "d"}) {
      provider(name, server.url() + "/" + name);
    }
    settings.put("larder.providers", "b, a, d, c");
    var answered = ask("m");

    assertThat(answered.route().provider().name()).isEqualTo("d");
    assertThat(text(answered.reply())).isEqualTo("/v1/d/chat/completions");
    assertThat(server.requests("m"))
        .extracting(request -> request.line().substring("POST /v1/".length()).charAt(0))
        .containsExactly('b', 'b', 'b', 'a', 'a', 'a', 'd');
  }

  @Test
  void breaker_opensAndCloses_asCountedAtTheServer() throws IOException {
    var healthy = new AtomicInteger();
    server.script(
        "m", (request, answer) -> answer.whole(healthy.get() == 1 ? 200 : 503, JSON, "{}"));
    provider("a", server.url());
    settings.put("larder.provider.a.retries", "0");
    var providers = providers();
    for (int i = 0; i < 5; i++) {
      ask(providers, "m").reply().close();
    }

    for (int i = 0; i < 20; i++) {
      assertThat(failure(providers, "m").kind()).isEqualTo(OPEN);
    }
    assertThat(server.requests("m")).hasSize(5);
    nanos.addAndGet(Duration.ofSeconds(1).toNanos());
    ask(providers, "m").reply().close();
    assertThat(failure(providers, "m").kind()).isEqualTo(OPEN);
    assertThat(server.requests("m")).hasSize(6);
    healthy.set(1);
    nanos.addAndGet(Duration.ofSeconds(2).toNanos());
    for (int i = 0; i < 3; i++) {
      ask(providers, "m").reply().close();
    }
    assertThat(server.requests("m")).hasSize(9);
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.1", "2"})
  void overload_isBoundedAndNothingLeaks(String version) throws Exception {
    var release = new CountDownLatch(1);
    server.script(
        "m",
        (request, answer) -> {
          release.await();
          answer.whole(200, JSON, "{}");
        });
    provider("a", server.url());
    settings.put("larder.provider.a.connections-max", "10");
    settings.put("larder.provider.a.queue-max", "50");
    settings.put("larder.provider.a.queue-wait", "PT1M");
    settings.put("larder.provider.a.response-timeout", "PT1M");
    settings.put("larder.provider.a.http-version", version);
    var providers = providers();
    var busy = new CountDownLatch(140);
    var outcomes = new ArrayList<Future<String>>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 200; i++) {
        outcomes.add(threads.submit(() -> outcome(providers, busy)));
      }
      // all that are too many are told while the server still holds the others
      assertThat(busy.await(30, TimeUnit.SECONDS)).isTrue();
      assertThat(server.requests("m")).hasSizeLessThanOrEqualTo(10);
      release.countDown();
      var told = new ArrayList<String>();
      for (var outcome : outcomes) {
        told.add(outcome.get(30, TimeUnit.SECONDS));
      }
      assertThat(told).filteredOn("200"::equals).hasSize(60);
      assertThat(told).filteredOn(BUSY.name()::equals).hasSize(140);
    }
    assertThat(server.requests("m")).hasSize(60);
    var guarded = (Guarded) providers.all().getFirst();
    assertThat(guarded.inFlight()).isZero();
    assertThat(guarded.queued()).isZero();
  }

  @Test
  void idleConnection_closedByTheServer_costsNoRequest() throws IOException {
    server.script(
        "m",
        (request, answer) -> {
          answer.whole(200, JSON, "{}");
          // without a word: the client still holds it for a kept connection
          answer.cut();
        });
    provider("a", server.url());
    var providers = providers();

    for (int i = 0; i < 5; i++) {
      try (var reply = ask(providers, "m").reply()) {
        assertThat(text(reply)).isEqualTo("{}");
      }
    }
    assertThat(server.requests("m")).hasSize(5);
  }

  @Test
  void anthropic_isAskedInItsOwnWay() throws IOException {
    server.script("m", (request, answer) -> answer.whole(200, JSON, "{}"));
    settings.put("larder.provider.claude.kind", "anthropic");
    settings.put("larder.provider.claude.url", server.url());
    settings.put("larder.provider.claude.key", "sk-ant");
    var providers = providers();
    var routes = providers.routes(Wire.ANTHROPIC_MESSAGES, "m");
    providers.ask(routes, route -> Optional.of(question(Wire.ANTHROPIC_MESSAGES))).reply().close();
    var clients =
        List.of(
            new Header("anthropic-version", "2099-01-01"),
            new Header("anthropic-beta", "new-things"),
            new Header("x-api-key", "larder's own"));
    var body = question(Wire.ANTHROPIC_MESSAGES).body();
    providers
        .ask(routes, route -> Optional.of(new Question(Wire.ANTHROPIC_COUNT_TOKENS, clients, body)))
        .reply()
        .close();

    var requests = server.requests("m");
    assertThat(requests.get(0).line()).isEqualTo("POST /v1/messages HTTP/1.1");
    assertThat(requests.get(0).headers())
        .containsEntry("x-api-key", "sk-ant")
        .containsEntry("anthropic-version", "2023-06-01")
        .doesNotContainKey("authorization");
    assertThat(requests.get(1).line()).isEqualTo("POST /v1/messages/count_tokens HTTP/1.1");
    assertThat(requests.get(1).headers())
        .containsEntry("x-api-key", "sk-ant")
        .containsEntry("anthropic-version", "2099-01-01")
        .containsEntry("anthropic-beta", "new-things");
  }

  @Test
  void anthropic_models_areListed() throws IOException {
    server.script(
        "/v1/models?limit=1000",
        (request, answer) ->
            answer.whole(
                200,
                JSON,
                "{\"data\":[{\"type\":\"model\",\"id\":\"claude-5\",\"display_name\":\"C\"}],"
                    + "\"has_more\":false}"));
    settings.put("larder.provider.anthropic.url", server.url());

    assertThat(providers().all().getFirst().models())
        .containsExactly(
            new Provider.Model(
                "claude-5", "{\"type\":\"model\",\"id\":\"claude-5\",\"display_name\":\"C\"}"));
  }

  private void provider(String name, String url) {
    settings.put("larder.provider." + name + ".url", url);
    settings.put("larder.provider." + name + ".response-timeout", "PT0.3S");
    settings.put("larder.provider." + name + ".connect-timeout", "PT1S");
  }

  private Providers providers() {
    var configured = ProviderSettings.from(MapConfig.settings(settings), Map.of());
    return new Providers(
        configured.providers().stream()
            .map(one -> ProviderBeans.served(one, watch, Discarded.telemetry(), nanos::get))
            .toList(),
        new Attempts(InstantSource.system(), waits::add, new Random(7)));
  }

  private Answered ask(String model) throws ProviderFailure {
    return ask(providers(), model);
  }

  private static Answered ask(Providers providers, String model) throws ProviderFailure {
    var routes = providers.routes(Wire.OPENAI_CHAT, model);
    return providers.ask(routes, route -> Optional.of(question(Wire.OPENAI_CHAT)));
  }

  private ProviderFailure failure(String model) {
    return failure(providers(), model);
  }

  private static ProviderFailure failure(Providers providers, String model) {
    return catchThrowableOfType(ProviderFailure.class, () -> ask(providers, model));
  }

  private static String outcome(Providers providers, CountDownLatch busy) throws IOException {
    try (var reply = ask(providers, "m").reply()) {
      assertThat(text(reply)).isEqualTo("{}");
      return String.valueOf(reply.status());
    } catch (ProviderFailure failure) {
      busy.countDown();
      return failure.kind().name();
    }
  }

  private static Question question(Wire wire) {
    var body = "{\"model\":\"m\"}".getBytes(StandardCharsets.UTF_8);
    return new Question(wire, List.of(), body);
  }

  private static String text(Reply reply) throws IOException {
    return new String(reply.read(1_000_000), StandardCharsets.UTF_8);
  }
}

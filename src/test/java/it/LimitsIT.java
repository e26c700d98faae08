package it;

import static it.Api.ask;
import static it.Api.header;
import static it.Api.json;
import static it.Api.text;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Limits over HTTP: two nodes and one Valkey. Each test sets policies of names of its own, so that
 * it finds nothing used; they reach the nodes as an operator's do, by a change of server.xml.
 */
final class LimitsIT {
  private static final Duration LIVE_MAX = Duration.ofSeconds(5);

  /** What the scripted provider says that an answer has cost: 1,000 tokens. */
  private static final String USAGE =
      "\"usage\":{\"prompt_tokens\":100,\"completion_tokens\":900,\"total_tokens\":1000}";

  private static final String ANSWER =
      "{\"id\":\"a\",\"object\":\"chat.completion\",\"choices\":[{\"index\":0,\"message\":"
          + "{\"role\":\"assistant\",\"content\":\"hi\"},\"finish_reason\":\"stop\"}],"
          + USAGE
          + "}";

  private static final String CHUNK =
      "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"x\"},\"finish_reason\":null}]}\n\n";

  private static final String LAST =
      "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";

  private static ScriptedProvider provider;
  private static ValkeyProcess valkey;
  private static LarderProcess here;
  private static LarderProcess there;

  @BeforeAll
  static void start() {
    provider = ScriptedProvider.start();
    provider.script("m", (request, answer) -> answer.whole(200, "application/json", ANSWER));
    valkey = ValkeyProcess.start();
    var other = CompletableFuture.supplyAsync(() -> node("limits-b"));
    here = node("limits-a");
    there = other.join();
  }

  private static LarderProcess node(String name) {
    return LarderProcess.start(
        name,
        Map.of(
            "LARDER_VALKEY_URI", valkey.uri(),
            // a busy machine is no outage, in which each node would count for itself
            "LARDER_VALKEY_READ_TIMEOUT", "PT5S",
            "LARDER_VALKEY_CONNECTION_WAIT", "PT1S",
            "LARDER_PROVIDER_P_URL", provider.url(),
            "LARDER_PROVIDER_P_MODELS", "m*",
            "LARDER_PROVIDER_Q_URL", provider.url(),
            "LARDER_PROVIDER_Q_MODELS", "m-both",
            "LARDER_PROVIDER_DEMO_KIND", "demo",
            "LARDER_PROVIDER_DEMO_MODELS", "demo"));
  }

  @AfterAll
  static void stop() throws Exception {
    here.close();
    there.close();
    valkey.close();
    provider.close();
  }

  /** Goal: not one more and not one less than the limit. Method: 150 at once over two nodes. */
  @Test
  void requests_concurrentOverBothNodes_areAdmittedExactly() throws Exception {
    limit("exact?requests=60;w=60");
    var all = new ArrayList<Future<HttpResponse<byte[]>>>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 150; i++) {
        var node = i % 2 == 0 ? here : there;
        // every third is a hit or a follower, which count too
        var body = ask("m", "exact " + (i % 3 == 0 ? 0 : i));
        all.add(threads.submit(() -> node.chat(body)));
      }
    }
    int admitted = 0;
    for (var one : all) {
      var answer = one.get();
      assertThat(answer.statusCode()).as(text(answer)).isIn(200, 429);
      admitted += answer.statusCode() == 200 ? 1 : 0;
    }

    assertThat(admitted).isEqualTo(60);
    assertThat(remaining("exact")).isZero();
    assertThat(text(new Api(here).get("/metrics")))
        .containsPattern(
            "larder_limit_decisions_total\\{[^}]*decision=\"refused\",[^}]*policy=\"exact\"");
  }

  @Test
  void metrics_ofANode_areAsDocumented() {
    limit("counted?requests=100;w=60,counted-tokens?tokens=100000;w=60");
    assertThat(here.chat(ask("m", "counted")).statusCode()).isEqualTo(200);
    var shown = ShownMetrics.of(new Api(here));

    shown.assertAsDocumented();
    assertThat(shown.names())
        .contains(
            "larder_cache_requests_total",
            "larder_provider_attempts_total",
            "larder_inference_seconds",
            "larder_limit_decisions_total",
            "larder_limit_tokens_reserved_total",
            "larder_valkey_memory_bytes",
            "larder_valkey_evicted_keys",
            "memory_usedHeap_bytes",
            "memory_maxHeap_bytes",
            "gc_time_seconds",
            "thread_count");
    Await.until(
        "Valkey is asked",
        () ->
            text(new Api(here).get("/metrics"))
                .lines()
                .anyMatch(line -> line.matches("larder_valkey_keys\\{.*store=\"state\".*} \\d.*")));
  }

  @Test
  void headers_onBothWires_tellWhatIsLeft() {
    limit(
        "tight?requests=2;w=60,tight-tokens?tokens=100000;w=3600,tight-in?input-tokens=5000;w=60,"
            + "tight-once?concurrent=9");
    var chat = here.chat(ask("demo", "headers"));
    assertThat(chat.statusCode()).as(text(chat)).isEqualTo(200);
    assertThat(header(chat, "RateLimit-Policy"))
        .isEqualTo(
            "\"tight\";q=2;w=60, \"tight-tokens\";q=100000;w=3600;qu=\"tokens\","
                + " \"tight-in\";q=5000;w=60;qu=\"input-tokens\","
                + " \"tight-once\";q=9;qu=\"concurrent-requests\"");
    assertThat(header(chat, "RateLimit"))
        .matches(
            "\"tight\";r=1;t=\\d+, \"tight-tokens\";r=100000;t=\\d+,"
                + " \"tight-in\";r=5000;t=\\d+, \"tight-once\";r=8;t=1");
    assertThat(header(chat, "x-ratelimit-limit-requests")).isEqualTo("2");
    assertThat(header(chat, "x-ratelimit-remaining-requests")).isEqualTo("1");
    assertThat(header(chat, "x-ratelimit-reset-requests")).matches("(1m)?\\d+s");
    assertThat(header(chat, "x-ratelimit-remaining-tokens")).isEqualTo("100000");

    var message =
        there.post(
            "/v1/messages",
            "{\"model\":\"demo\",\"max_tokens\":99,\"messages\":[{\"role\":\"user\",\"content\":\"h\"}]}");
    assertThat(message.statusCode()).as(text(message)).isEqualTo(200);
    assertThat(header(message, "anthropic-ratelimit-requests-limit")).isEqualTo("2");
    assertThat(header(message, "anthropic-ratelimit-requests-remaining")).isEqualTo("0");
    assertThat(Instant.parse(header(message, "anthropic-ratelimit-requests-reset")))
        .isBetween(Instant.now(), Instant.now().plusSeconds(63));
    assertThat(header(message, "anthropic-ratelimit-input-tokens-limit")).isEqualTo("5000");
    assertThat(header(message, "x-ratelimit-limit-requests")).isEmpty();
    refusedOnBothWires();
  }

  private static void refusedOnBothWires() {
    var chat = there.chat(ask("demo", "headers"));
    assertThat(chat.statusCode()).isEqualTo(429);
    assertThat(Integer.parseInt(header(chat, "Retry-After"))).isBetween(1, 62);
    assertThat(header(chat, "RateLimit")).startsWith("\"tight\";r=0;t=");
    assertThat(header(chat, "x-ratelimit-remaining-requests")).isEqualTo("0");
    var error = json(chat).get("error");
    assertThat(error.get("code").asText()).isEqualTo("rate_limit_exceeded");
    assertThat(error.get("type").asText()).isEqualTo("requests");
    assertThat(error.get("message").asText())
        .matches("limit tight of user is reached: 2 requests in 60 s; try again in \\d+ s");

    var message = here.post("/v1/messages", "{}");
    assertThat(message.statusCode()).isEqualTo(429);
    assertThat(json(message).at("/error/type").asText()).isEqualTo("rate_limit_error");
    assertThat(json(message).at("/error/message").asText()).startsWith("limit tight of user");
    assertThat(header(message, "anthropic-ratelimit-requests-remaining")).isEqualTo("0");
  }

  @Test
  void tokens_areChargedThenSettledThenRefused() throws Exception {
    limit("budget?tokens=3000;w=60");
    var asked = new CountDownLatch(1);
    var released = new CountDownLatch(1);
    provider.script(
        "m-held",
        (request, answer) -> {
          asked.countDown();
          assertThat(released.await(20, TimeUnit.SECONDS)).isTrue();
          answer.whole(200, "application/json", ANSWER);
        });
    var first = ask("m-held", "tokens").replace("}]}", "}],\"max_tokens\":2000}");
    long estimate = 2000L + Math.ceilDiv(first.length(), 4);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var leader = threads.submit(() -> here.chat(first));
      assertThat(asked.await(20, TimeUnit.SECONDS)).isTrue();
      assertThat(remaining("budget")).isEqualTo(3000 - estimate);
      // follows, or comes late and is a hit: either way it costs nothing
      var follower = threads.submit(() -> there.chat(first));
      released.countDown();
      assertThat(leader.get().statusCode()).isEqualTo(200);
      assertThat(follower.get().statusCode()).isEqualTo(200);
    }
    assertThat(remaining("budget")).isEqualTo(2000);
    assertThat(Api.cache(here.chat(first))).isEqualTo("HIT");
    assertThat(remaining("budget")).isEqualTo(2000);

    var tooMuch = there.chat(ask("m", "too much").replace("}]}", "}],\"max_tokens\":2000}"));
    assertThat(tooMuch.statusCode()).isEqualTo(429);
    assertThat(json(tooMuch).at("/error/type").asText()).isEqualTo("tokens");
    assertThat(json(tooMuch).at("/error/message").asText())
        .startsWith("limit budget of user is reached: 3000 tokens in 60 s; try again in ");
    assertThat(tooMuch.headers().allValues("RateLimit"))
        .singleElement()
        .asString()
        .startsWith("\"budget\";r=2000;t=");

    // a direct call, which the cache has no part in
    assertThat(here.chat(ask("m", "x"), "Cache-Control", "no-store").statusCode()).isEqualTo(200);
    assertThat(remaining("budget")).isEqualTo(1000);
    assertThat(here.chat(ask("m", "y").replace("}]}", "}],\"max_tokens\":9}")).statusCode())
        .isEqualTo(200);
    assertThat(remaining("budget")).isZero();
    assertThat(here.chat(ask("m", "z")).statusCode()).isEqualTo(429);
    assertThat(Api.cache(here.chat(first))).isEqualTo("HIT");
  }

  @Test
  void tokens_ofStreamsAndFailures_areSettledByWhatIsKnown() {
    limit("flow?tokens=100000;w=60,flow-models?requests=2;w=60;model=m-never");
    provider.script("m-refuses", (request, answer) -> answer.whole(400, "application/json", "{}"));
    provider.script("m-gone", (request, answer) -> answer.cut());
    provider.script(
        "m-stream",
        (request, answer) -> {
          answer.streamHead();
          answer.piece(CHUNK + LAST);
          answer.piece("data: {\"choices\":[]," + USAGE + "}\n\ndata: [DONE]\n\n");
          answer.streamEnd();
        });
    provider.script(
        "m-cut",
        (request, answer) -> {
          answer.streamHead();
          answer.piece(CHUNK);
          answer.cut();
        });

    assertThat(here.chat(ask("m-refuses", "f")).statusCode()).isEqualTo(400);
    assertThat(remaining("flow")).isEqualTo(100_000);
    assertThat(here.chat(ask("m-gone", "f")).statusCode()).isEqualTo(502);
    assertThat(remaining("flow")).isEqualTo(100_000);
    assertThat(text(here.chat(streaming("m-stream")))).endsWith("[DONE]\n\n");
    assertThat(remaining("flow")).isEqualTo(99_000);
    assertThat(text(here.chat(streaming("m-stream"), "Cache-Control", "no-store")))
        .endsWith("[DONE]\n\n");
    Await.until("the relayed stream is settled", () -> remaining("flow") == 98_000);
    var cut = streaming("m-cut");
    assertThat(text(here.chat(cut))).contains("stream_interrupted");
    long estimate = 1024L + Math.ceilDiv(cut.length(), 4);
    Await.until("as estimated", () -> remaining("flow") == 98_000 - estimate);
    assertThat(text(new Api(here).get("/metrics")))
        .containsPattern("larder_limit_tokens_settled_total\\{[^}]*policy=\"flow\"");
  }

  @Test
  void provider_overItsLimit_refusesAllButHitsAndGivesTheUsersTokensBack() throws Exception {
    limit(
        "mine?tokens=50000;w=60",
        "larder.limits.provider.p",
        "p-requests?requests=2;w=60",
        "larder.limits.provider.demo",
        "demo-big?requests=900;w=60;model=other");
    assertThat(here.chat(ask("m", "p1")).statusCode()).isEqualTo(200);
    assertThat(there.chat(ask("m", "p2")).statusCode()).isEqualTo(200);
    assertThat(remaining("mine")).isEqualTo(48_000);
    assertThat(remaining("p-requests")).isZero();

    var body = ask("m", "p3");
    var all = new ArrayList<Future<HttpResponse<byte[]>>>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 20; i++) {
        var node = i % 2 == 0 ? here : there;
        all.add(threads.submit(() -> node.chat(body)));
      }
    }
    for (var one : all) {
      var refused = one.get();
      assertThat(refused.statusCode()).as(text(refused)).isEqualTo(429);
      assertThat(json(refused).at("/error/message").asText())
          .startsWith("limit p-requests of provider p is reached: 2 requests in 60 s; try again");
      assertThat(Integer.parseInt(header(refused, "Retry-After"))).isBetween(1, 62);
      assertThat(header(refused, "RateLimit"))
          .matches("\"mine\";r=\\d+;t=\\d+, \"p-requests\";r=0;t=\\d+");
      assertThat(header(refused, "RateLimit-Policy"))
          .isEqualTo("\"mine\";q=50000;w=60;qu=\"tokens\", \"p-requests\";q=2;w=60");
    }
    assertThat(remaining("mine")).isEqualTo(48_000);
    assertThat(Api.cache(here.chat(ask("m", "p1")))).isEqualTo("HIT");
    assertThat(here.chat(ask("demo", "p4")).statusCode()).isEqualTo(200);
    assertThat(standing("p-requests").orElseThrow().get("scope").asText()).isEqualTo("provider p");
  }

  @Test
  void provider_overItsLimit_isPassedOverForTheNext() {
    provider.script("m-both", (request, answer) -> answer.whole(200, "application/json", ANSWER));
    limit(
        "next?requests=50;w=60",
        "larder.limits.provider.p",
        "p-next?requests=1;w=60",
        "larder.limits.provider.q",
        "q-next?requests=2;w=60");
    for (int i = 0; i < 3; i++) {
      assertThat(here.chat(ask("m-both", "next " + i)).statusCode()).isEqualTo(200);
    }
    assertThat(remaining("p-next")).isZero();
    assertThat(remaining("q-next")).isZero();
    var refused = there.chat(ask("m-both", "next 4"));
    assertThat(refused.statusCode()).isEqualTo(429);
    assertThat(json(refused).at("/error/message").asText()).contains(" of provider ");
    assertThat(there.chat(ask("q/m-both", "next 5")).statusCode()).isEqualTo(429);
  }

  /**
   * Goal: no lease is lost with a client. Method: clients of both nodes leave amid their streams.
   */
  @Test
  void concurrency_clientsLeave_comesBack() throws Exception {
    limit("at-once?concurrent=3");
    var released = new CountDownLatch(1);
    var over = new AtomicBoolean();
    provider.script(
        "m-endless",
        (request, answer) -> {
          answer.streamHead();
          answer.piece(CHUNK);
          assertThat(released.await(20, TimeUnit.SECONDS)).isTrue();
          while (!over.get()) {
            answer.piece(CHUNK);
            TimeUnit.MILLISECONDS.sleep(20);
          }
          answer.piece(LAST + "data: [DONE]\n\n");
          answer.streamEnd();
        });
    try (var first = StreamClient.chat(here, streaming("m-endless"))) {
      // long before the end of the stream
      assertThat(first.header("RateLimit")).isEqualTo("\"at-once\";r=2;t=1");
      released.countDown();
      first.await(CHUNK + CHUNK);
      try (var raw =
              new RawClient(
                  there,
                  "/v1/chat/completions",
                  streaming("m-endless")
                      .replace("}]", "},{\"role\":\"user\",\"content\":\"r\"}]"));
          var other =
              StreamClient.chat(there, streaming("m-endless"), "Cache-Control", "no-store")) {
        raw.await("data: ");
        other.await("data: ");
        var fourth = here.chat(ask("m", "fourth"));
        assertThat(fourth.statusCode()).isEqualTo(429);
        assertThat(json(fourth).at("/error/message").asText())
            .isEqualTo("limit at-once of user is reached: 3 requests at once; try again in 1 s");
      }
    }
    Await.until("all leases are back", () -> remaining("at-once") == 3);
    over.set(true);
    assertThat(here.chat(ask("m", "fifth")).statusCode()).isEqualTo(200);
    Await.until("hits give theirs back", () -> remaining("at-once") == 3);
  }

  @Test
  void valkey_down_isDecidedByTheSetting() {
    limit("out?requests=5;w=600");
    valkey.kill();
    try {
      for (var node : List.of(here, there)) {
        for (int i = 0; i < 5; i++) {
          assertThat(node.chat(ask("demo", "out")).statusCode()).isEqualTo(200);
        }
        assertThat(node.chat(ask("demo", "out")).statusCode()).isEqualTo(429);
      }
      set("out?requests=5;w=600", "larder.limits.on-outage", "closed");
      Await.until("closed", LIVE_MAX, () -> here.chat(ask("demo", "out")).statusCode() == 503);
      var closed = here.chat(ask("demo", "out"));
      assertThat(text(closed)).contains("\"code\":\"limits_unavailable\"");
      assertThat(header(closed, "Retry-After")).isEqualTo("1");
      assertThat(standing("out").orElseThrow().has("remaining")).isFalse();
      set("out?requests=5;w=600", "larder.limits.on-outage", "open");
      Await.until("open", LIVE_MAX, () -> there.chat(ask("demo", "out")).statusCode() == 200);
      for (int i = 0; i < 10; i++) {
        assertThat(there.chat(ask("demo", "out")).statusCode()).isEqualTo(200);
      }
    } finally {
      valkey.restart();
      for (var node : List.of(here, there)) {
        Await.until(
            "Valkey is back",
            () ->
                json(new Api(node).get("/api/cache"))
                    .at("/stores/state/state")
                    .asText()
                    .equals("OK"));
      }
    }
  }

  /** Goal: the vendors' clients do as they are told. Method: the official one, with its retries. */
  @Test
  void refused_theOfficialClientWaitsAndTriesAgain() {
    limit("sdk?requests=1;w=3");
    var client =
        OpenAIOkHttpClient.builder()
            .baseUrl(here.uri("/v1").toString())
            .apiKey(LarderProcess.KEY)
            .maxRetries(2)
            .build();
    try {
      var question =
          ChatCompletionCreateParams.builder().model("demo").addUserMessage("sdk").build();
      assertThat(client.chat().completions().create(question).choices()).hasSize(1);
      long start = System.nanoTime();
      assertThat(client.chat().completions().create(question).choices()).hasSize(1);
      assertThat(Duration.ofNanos(System.nanoTime() - start))
          .as("it has waited")
          .isBetween(Duration.ofSeconds(1), Duration.ofSeconds(15));
    } finally {
      client.close();
    }
    assertThat(text(new Api(here).get("/metrics")))
        .containsPattern(
            "larder_limit_decisions_total\\{[^}]*decision=\"refused\",[^}]*policy=\"sdk\"");
  }

  @Test
  void shadow_overTheLimit_admitsAndShowsOnlyInTheApi() {
    limit("dry?requests=1;w=60;shadow");
    for (int i = 0; i < 3; i++) {
      var answer = here.chat(ask("demo", "shadow"));
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(header(answer, "RateLimit")).isEmpty();
      assertThat(header(answer, "x-ratelimit-limit-requests")).isEmpty();
    }
    assertThat(remaining("dry")).isZero();
    assertThat(standing("dry").orElseThrow().get("shadow").asBoolean()).isTrue();
  }

  @Test
  void policies_changedInServerXml_takeEffectWithinFiveSeconds() {
    set("");
    Await.until("the default spares the administrator", LIVE_MAX, () -> standings().isEmpty());
    assertThat(header(here.chat(ask("demo", "live")), "RateLimit")).isEmpty();

    limit("live?requests=7;w=10");
    assertThat(header(here.chat(ask("demo", "live")), "RateLimit")).startsWith("\"live\";r=6;t=");
    var live = standing("live").orElseThrow();
    assertThat(live.get("unit").asText()).isEqualTo("requests");
    assertThat(live.get("limit").asLong()).isEqualTo(7);
    assertThat(live.get("windowSeconds").asLong()).isEqualTo(10);
    assertThat(live.get("resetSeconds").asLong()).isBetween(1L, 11L);
  }

  @Test
  void start_wrongPolicy_stopsWithOneLineThatNamesThePosition() {
    var larder =
        LarderProcess.startAndFail(
            "limits-wrong", Map.of("LARDER_LIMITS_PROVIDER_P", "requests=5;w=60, tokens=x;w=60"));

    assertThat(larder.process().exitValue()).isNotZero();
    assertThat(larder.log())
        .containsOnlyOnce("Larder stops: larder.limits.provider.p must be policies")
        .contains("at character 18: tokens is a whole number from 1 to 1000000000000, was 'x'");
  }

  private static String streaming(String model) {
    return ask(model, "stream").replace("{\"model\"", "{\"stream\":true,\"model\"");
  }

  /** Sets policies of users and, in pairs, other settings; returns once both nodes keep to them. */
  private static void limit(String user, String... more) {
    set(user, more);
    var first = user.substring(0, user.indexOf('?'));
    Await.until(
        "both nodes have " + first,
        LIVE_MAX,
        () -> standing(here, first).isPresent() && standing(there, first).isPresent());
  }

  private static void set(String user, String... more) {
    var variables = new StringBuilder();
    if (!user.isEmpty()) {
      variables.append(variable("larder.limits.user", user));
    }
    for (int i = 0; i < more.length; i += 2) {
      variables.append(variable(more[i], more[i + 1]));
    }
    for (var node : List.of(here, there)) {
      try {
        var xml = Files.readString(node.serverXml());
        var bare = xml.replaceAll("<variable name=\"larder\\.limits[^>]*/><!--it-->", "");
        Files.writeString(node.serverXml(), bare.replace("</server>", variables + "</server>"));
      } catch (IOException failed) {
        throw new UncheckedIOException(failed);
      }
    }
  }

  private static String variable(String name, String value) {
    return "<variable name=\"" + name + "\" value=\"" + value + "\"/><!--it-->";
  }

  private static JsonNode standings() {
    return json(new Api(here).get("/api/limits"));
  }

  private static Optional<JsonNode> standing(String policy) {
    return standing(there, policy);
  }

  private static Optional<JsonNode> standing(LarderProcess node, String policy) {
    for (var one : json(new Api(node).get("/api/limits"))) {
      if (one.get("name").asText().equals(policy)) {
        return Optional.of(one);
      }
    }
    return Optional.empty();
  }

  /** What is left of a policy, as the other node tells it. */
  private static long remaining(String policy) {
    return standing(policy).orElseThrow().get("remaining").asLong();
  }
}

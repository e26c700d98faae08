package it;

import static it.Api.ask;
import static it.Api.header;
import static it.Api.json;
import static it.Api.text;
import static it.Chunks.DONE;
import static it.Chunks.STOP;
import static it.Chunks.USAGE;
import static it.Chunks.first;
import static it.Chunks.more;
import static it.Chunks.whole;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers in flight over HTTP, on one node in memory: shared, broken, left, resumed. */
final class StreamsIT {
  private static final String JSON = "application/json";
  private static final String PATH = "/v1/chat/completions";

  private static ScriptedProvider provider;
  private static LarderProcess node;

  @BeforeAll
  static void start() {
    provider = ScriptedProvider.start();
    node =
        LarderProcess.start(
            "streams",
            Map.of(
                "LARDER_PROVIDER_P_URL", provider.url(),
                "LARDER_PROVIDER_P_MODELS", "p-*",
                "LARDER_PROVIDER_HASTY_URL", provider.url(),
                "LARDER_PROVIDER_HASTY_MODELS", "h-*",
                "LARDER_PROVIDER_HASTY_IDLE_TIMEOUT", "PT1S"));
  }

  @AfterAll
  static void stop() throws Exception {
    node.close();
    provider.close();
  }

  @AfterEach
  void nothingIsLeft() {
    assertNothingIsLeft(node);
  }

  /** Nobody reads any more, and what is held for later readers is the only thing that is held. */
  static void assertNothingIsLeft(LarderProcess larder) {
    var api = new Api(larder);
    Await.until("no flights", () -> api.figure("larder_flights_open") == 0);
    Await.until("no streams", () -> api.figure("larder_streams_open") == 0);
    Await.until(
        "no provider is being asked",
        () ->
            text(api.get("/metrics"))
                .lines()
                .filter(line -> line.startsWith("larder_provider_in_flight{"))
                .allMatch(line -> line.endsWith(" 0.0") || line.endsWith(" 0")));
  }

  static String askStream(String model, String text) {
    return ask(model, text).replace("{\"model", "{\"stream\":true,\"model");
  }

  static boolean wantsStream(ScriptedProvider.Request request) {
    return request.body().contains("\"stream\":true");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void equalRequests_hundredOfBothForms_areOneCall(boolean streamLeads) throws Exception {
    var model = "p-hundred-" + streamLeads;
    var asked = new CountDownLatch(1);
    var released = new CountDownLatch(1);
    provider.script(
        model,
        (request, answer) -> {
          asked.countDown();
          if (wantsStream(request)) {
            answer.streamHead();
            answer.piece(first("a"));
          }
          assertThat(released.await(20, TimeUnit.SECONDS)).isTrue();
          if (wantsStream(request)) {
            answer.piece(more("b") + STOP + USAGE + DONE);
            answer.streamEnd();
          } else {
            answer.whole(200, JSON, whole("ab"));
          }
        });
    var answers = new ArrayList<CompletableFuture<HttpResponse<byte[]>>>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 100; i++) {
        boolean stream = (i % 2 == 0) == streamLeads;
        var body = stream ? askStream(model, "hi") : ask(model, "hi");
        answers.add(CompletableFuture.supplyAsync(() -> node.chat(body), threads));
        if (i == 0) {
          assertThat(asked.await(20, TimeUnit.SECONDS)).isTrue();
        }
      }
      awaitOnWire(answers);
      released.countDown();
    }

    assertThat(provider.requests(model)).hasSize(1);
    var statuses = new ArrayList<String>();
    for (var one : answers) {
      var answer = one.join();
      assertIsComplete(answer, "ab");
      statuses.add(header(answer, "X-Cache"));
      if (header(answer, "X-Cache").equals("COLLAPSED")) {
        assertThat(header(answer, "Cache-Status")).isEqualTo("larder; fwd=uri-miss; collapsed");
      }
    }
    assertThat(statuses).containsOnlyOnce("MISS").contains("COLLAPSED");
    assertThat(statuses).isSubsetOf("MISS", "COLLAPSED", "HIT");
  }

  /** It is that text, in whichever form it came. */
  static void assertIsComplete(HttpResponse<byte[]> answer, String expected) {
    assertThat(answer.statusCode()).as(text(answer)).isEqualTo(200);
    if (header(answer, "Content-Type").startsWith("text/event-stream")) {
      assertIsComplete(text(answer), expected);
    } else {
      assertThat(json(answer).at("/choices/0/message/content").asText()).isEqualTo(expected);
      assertThat(json(answer).at("/choices/0/finish_reason").asText()).isEqualTo("stop");
      assertThat(json(answer).at("/usage/completion_tokens").asInt()).isEqualTo(4);
    }
  }

  /** It is the stream of that text, without usage. */
  static void assertIsComplete(String stream, String expected) {
    assertThat(Chunks.text(stream)).isEqualTo(expected);
    assertThat(stream).endsWith(DONE).doesNotContain("\"error\"", "usage");
    assertThat(Chunks.data(stream)).containsOnlyOnce("[DONE]");
  }

  /** It has begun and says that it failed. */
  static void assertIsBroken(String stream) {
    assertThat(stream).contains("\"error\"").doesNotContain("[DONE]");
  }

  /** A script that sends one piece of a text, waits, and sends the rest. */
  static ScriptedProvider.Script inTwoHalves(CountDownLatch released) {
    return (request, answer) -> {
      answer.streamHead();
      answer.piece(first("a"));
      assertThat(released.await(20, TimeUnit.SECONDS)).isTrue();
      answer.piece(more("b") + STOP + USAGE + DONE);
      answer.streamEnd();
    };
  }

  @Test
  void follower_joinsInTheMiddle_seesThePrefixAtOnceAndTheRestLive() {
    var released = new CountDownLatch(1);
    provider.script("p-middle", inTwoHalves(released));
    try (var leader = StreamClient.chat(node, askStream("p-middle", "hi")).await("\"a\"");
        var follower = StreamClient.chat(node, askStream("p-middle", "hi")).await("\"a\"")) {
      var whole = CompletableFuture.supplyAsync(() -> node.chat(ask("p-middle", "hi")));
      assertThat(follower.header("X-Cache")).isEqualTo("COLLAPSED");
      assertThat(follower.header("Cache-Status")).isEqualTo("larder; fwd=uri-miss; collapsed");
      assertThat(follower.soFar()).isEqualTo(leader.soFar());
      assertThat(whole).isNotDone();
      released.countDown();

      assertIsComplete(leader.all(), "ab");
      assertThat(follower.all()).isEqualTo(leader.all());
      assertIsComplete(whole.join(), "ab");
    }
    assertThat(provider.requests("p-middle")).hasSize(1);
  }

  @Test
  void leader_isRefused_allGetTheRefusal() throws Exception {
    var asked = new CountDownLatch(1);
    var released = new CountDownLatch(1);
    var body = "{\"error\":{\"message\":\"no such thing\",\"type\":\"invalid_request_error\"}}";
    provider.script(
        "p-refused",
        (request, answer) -> {
          asked.countDown();
          assertThat(released.await(20, TimeUnit.SECONDS)).isTrue();
          answer.whole(422, JSON, body, "Retry-After: 7");
        });
    var answers = new ArrayList<CompletableFuture<HttpResponse<byte[]>>>();
    answers.add(CompletableFuture.supplyAsync(() -> node.chat(ask("p-refused", "hi"))));
    assertThat(asked.await(20, TimeUnit.SECONDS)).isTrue();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 10; i++) {
        var question = i % 2 == 0 ? askStream("p-refused", "hi") : ask("p-refused", "hi");
        answers.add(CompletableFuture.supplyAsync(() -> node.chat(question), threads));
      }
      awaitOnWire(answers);
      released.countDown();
    }
    int collapsed = 0;
    for (var one : answers) {
      var answer = one.join();
      assertThat(answer.statusCode()).isEqualTo(422);
      assertThat(text(answer)).isEqualTo(body);
      assertThat(header(answer, "Retry-After")).isEqualTo("7");
      collapsed += header(answer, "X-Cache").equals("COLLAPSED") ? 1 : 0;
    }
    assertThat(collapsed).isEqualTo(10);
    assertThat(provider.requests("p-refused")).hasSize(1);
    assertThat(notCached(ask("p-refused", "hi"))).isTrue();
  }

  /**
   * Waits until requests that show nothing yet have surely joined: a later one of another kind has
   * made its way through the same server three times.
   */
  private static void awaitOnWire(List<? extends CompletableFuture<?>> requests) {
    awaitOnWire(node, requests);
  }

  static void awaitOnWire(LarderProcess node, List<? extends CompletableFuture<?>> requests) {
    long begin = System.nanoTime();
    do {
      for (int i = 0; i < 3; i++) {
        // nobody serves that model: this asks nobody, and is not cached
        assertThat(node.chat(ask("nobody/m", "t")).statusCode()).isEqualTo(404);
      }
    } while (System.nanoTime() - begin < Duration.ofMillis(500).toNanos());
    assertThat(requests).noneMatch(CompletableFuture::isDone);
  }

  private static boolean notCached(String body) {
    return node.chat(body, "Cache-Control", "only-if-cached").statusCode() == 504;
  }

  @Test
  void leader_isCutBeforeAnyEvent_anotherAsks() throws Exception {
    var asked = new CountDownLatch(1);
    var released = new CountDownLatch(1);
    var calls = new AtomicInteger();
    provider.script(
        "p-cut-early",
        (request, answer) -> {
          int call = calls.incrementAndGet();
          asked.countDown();
          if (call == 1) {
            answer.streamHead();
            assertThat(released.await(20, TimeUnit.SECONDS)).isTrue();
            answer.cut();
          } else if (wantsStream(request)) {
            answer.streamHead();
            answer.piece(first("ab") + STOP + USAGE + DONE);
            answer.streamEnd();
          } else {
            answer.whole(200, JSON, whole("ab"));
          }
        });
    var answers = new ArrayList<CompletableFuture<HttpResponse<byte[]>>>();
    try (var leader = StreamClient.chat(node, askStream("p-cut-early", "hi"));
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      assertThat(asked.await(20, TimeUnit.SECONDS)).isTrue();
      for (int i = 0; i < 10; i++) {
        var question = i % 2 == 0 ? askStream("p-cut-early", "hi") : ask("p-cut-early", "hi");
        answers.add(CompletableFuture.supplyAsync(() -> node.chat(question), threads));
      }
      awaitOnWire(answers);
      released.countDown();
      assertIsBroken(leader.all());
    }
    for (var one : answers) {
      assertIsComplete(one.join(), "ab");
    }
    assertThat(provider.requests("p-cut-early")).hasSizeLessThanOrEqualTo(3);
  }

  @Test
  void leader_isCutAfterContent_whoHasSeenItGetsAnErrorAndWhoHasNotTheNextAnswer() {
    var released = new CountDownLatch(1);
    var calls = new AtomicInteger();
    provider.script(
        "p-cut-late",
        (request, answer) -> {
          if (calls.incrementAndGet() == 1) {
            answer.streamHead();
            answer.piece(first("a"));
            assertThat(released.await(20, TimeUnit.SECONDS)).isTrue();
            answer.cut();
          } else {
            answer.whole(200, JSON, whole("xyz"));
          }
        });
    try (var leader = StreamClient.chat(node, askStream("p-cut-late", "hi")).await("\"a\"");
        var follower = StreamClient.chat(node, askStream("p-cut-late", "hi")).await("\"a\"")) {
      var whole = CompletableFuture.supplyAsync(() -> node.chat(ask("p-cut-late", "hi")));
      awaitOnWire(List.of(whole));
      released.countDown();

      assertIsBroken(leader.all());
      assertIsBroken(follower.all());
      assertIsComplete(whole.join(), "xyz");
    }
    assertThat(provider.requests("p-cut-late")).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void stream_endsInTheMiddleOfAFrame_errorEventStandsByItself(boolean kept) {
    var model = "p-half-frame-" + kept;
    provider.script(
        model,
        (request, answer) -> {
          answer.streamHead();
          answer.piece(first("a") + "data: {\"id\":\"c\",\"obj");
          answer.streamEnd();
        });
    var headers = kept ? new String[0] : new String[] {"Cache-Control", "no-store"};
    try (var client = StreamClient.chat(node, askStream(model, "hi"), headers)) {
      assertIsBroken(client.all());
      assertThat(Chunks.events(client.all())).hasSize(2);
    }
    assertThat(notCached(askStream(model, "hi"))).isTrue();
  }

  @Test
  void stream_doneThoughAChoiceIsUnfinished_isNotKept() {
    provider.script(
        "p-unfinished",
        (request, answer) -> {
          answer.streamHead();
          answer.piece(first("Hel") + DONE);
          answer.streamEnd();
        });
    try (var client = StreamClient.chat(node, askStream("p-unfinished", "hi"))) {
      assertThat(client.all()).isEqualTo(first("Hel") + DONE);
    }
    assertThat(notCached(askStream("p-unfinished", "hi"))).isTrue();
  }

  @Test
  void answer_cutShortByLength_isSharedButNotKept() {
    var released = new CountDownLatch(1);
    provider.script(
        "p-length",
        (request, answer) -> {
          answer.streamHead();
          answer.piece(first("a"));
          assertThat(released.await(20, TimeUnit.SECONDS)).isTrue();
          answer.piece(more("b") + Chunks.chunk("{}", "\"length\"") + USAGE + DONE);
          answer.streamEnd();
        });
    try (var leader = StreamClient.chat(node, askStream("p-length", "hi")).await("\"a\"");
        var follower = StreamClient.chat(node, askStream("p-length", "hi")).await("\"a\"")) {
      var whole = CompletableFuture.supplyAsync(() -> node.chat(ask("p-length", "hi")));
      awaitOnWire(List.of(whole));
      released.countDown();

      assertIsComplete(leader.all(), "ab");
      assertIsComplete(follower.all(), "ab");
      assertThat(json(whole.join()).at("/choices/0/finish_reason").asText()).isEqualTo("length");
      assertThat(notCached(ask("p-length", "hi"))).isTrue();
      var again = StreamClient.resume(node, leader.header("Larder-Stream"), 0);
      assertThat(Chunks.data(again.all())).isEqualTo(Chunks.data(leader.all()));
    }
    assertThat(provider.requests("p-length")).hasSize(1);
  }

  @Test
  void stream_wrongAtItsEnd_isBrokenForAllAndNotKept() {
    var error = "data: {\"error\":{\"message\":\"overloaded\"}}\n\n";
    for (var wrong :
        Map.of(
                "none", more("b") + STOP,
                "half", more("b") + "data: [DO",
                "error", more("b") + error,
                "error-done", more("b") + error + DONE)
            .entrySet()) {
      var model = "p-wrong-" + wrong.getKey();
      var released = new CountDownLatch(1);
      provider.script(
          model,
          (request, answer) -> {
            answer.streamHead();
            answer.piece(first("a"));
            assertThat(released.await(20, TimeUnit.SECONDS)).isTrue();
            answer.piece(wrong.getValue());
            answer.streamEnd();
          });
      try (var leader = StreamClient.chat(node, askStream(model, "hi")).await("\"a\"");
          var follower = StreamClient.chat(node, askStream(model, "hi")).await("\"a\"")) {
        released.countDown();
        assertThat(leader.all()).as(model).contains("\"error\"");
        assertThat(leader.all().split("\"error\"", -1)).as(model).hasSize(2);
        assertThat(follower.all()).as(model).isEqualTo(leader.all());
        assertThat(notCached(ask(model, "hi"))).as(model).isTrue();
      }
    }
  }

  @Test
  void stream_withTwoEnds_endsAtTheFirst() {
    provider.script(
        "p-two-ends",
        (request, answer) -> {
          answer.streamHead();
          answer.piece(first("ab") + STOP + DONE + more("more") + DONE);
          answer.streamEnd();
        });

    assertIsComplete(StreamClient.chat(node, askStream("p-two-ends", "hi")).all(), "ab");
    var hit = node.chat(askStream("p-two-ends", "hi"));
    assertThat(header(hit, "X-Cache")).isEqualTo("HIT");
    assertIsComplete(text(hit), "ab");
  }

  @Test
  void stream_frameTooLarge_isBrokenOffInTheMiddle() {
    var piece = "x".repeat(1 << 20).getBytes(StandardCharsets.US_ASCII);
    provider.script(
        "p-huge",
        (request, answer) -> {
          answer.streamHead();
          answer.piece(first("a"));
          answer.piece("data: ");
          for (int i = 0; i < 17; i++) {
            answer.piece(piece);
          }
          answer.piece("\n\n" + STOP + DONE);
          answer.streamEnd();
        });
    var broken = StreamClient.chat(node, askStream("p-huge", "hi")).all();

    assertIsBroken(broken);
    assertThat(broken).contains("larger than 16777216 bytes").hasSizeLessThan(10_000);
    assertThat(notCached(ask("p-huge", "hi"))).isTrue();
  }

  @Test
  void stream_hangsBetweenFrames_isBrokenInTime() {
    var over = new CountDownLatch(1);
    provider.script(
        "h-hangs",
        (request, answer) -> {
          answer.streamHead();
          answer.piece(first("a"));
          assertThat(over.await(20, TimeUnit.SECONDS)).isTrue();
        });
    try (var leader = StreamClient.chat(node, askStream("h-hangs", "hi")).await("\"a\"");
        var follower = StreamClient.chat(node, askStream("h-hangs", "hi")).await("\"a\"")) {
      assertIsBroken(follower.all(Duration.ofSeconds(5)));
      assertIsBroken(leader.all(Duration.ofSeconds(5)));
    } finally {
      over.countDown();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"\n", "\r\n", "\r"})
  void stream_splitAtEveryByte_isTheSame(String lineEnd) {
    var stream =
        "\uFEFF: hello\n\n"
            + first("é€😀").replace(",\"choices\"", ",\ndata: \"choices\"")
            + (": ping\n\n" + STOP + USAGE + DONE);
    var bytes = stream.replace("\n", lineEnd).getBytes(StandardCharsets.UTF_8);
    var model = "p-split-" + lineEnd.replace("\r", "r").replace("\n", "n");
    provider.script(
        model,
        (request, answer) -> {
          answer.streamHead();
          for (var one : bytes) {
            answer.piece(new byte[] {one});
          }
          answer.streamEnd();
        });
    var shown = stream.replace(USAGE, "").replace("\n", lineEnd);
    var miss = node.chat(askStream(model, "hi"));
    assertThat(text(miss)).isEqualTo(shown);
    assertThat(header(miss, "X-Cache")).isEqualTo("MISS");

    var hit = node.chat(askStream(model, "hi"));
    assertThat(header(hit, "X-Cache")).isEqualTo("HIT");
    assertThat(text(hit)).isEqualTo(shown);
    var whole = node.chat(ask(model, "hi"));
    assertThat(json(whole).at("/choices/0/message/content").asText()).isEqualTo("é€😀");
    assertThat(header(whole, "X-Cache")).isEqualTo("HIT");
  }

  @Test
  void leadersClient_leaves_followersGoOnAndTheAnswerIsKept() throws Exception {
    var released = new CountDownLatch(1);
    provider.script("p-leader-leaves", inTwoHalves(released));
    var question = askStream("p-leader-leaves", "hi");
    var leader = new RawClient(node, PATH, question).await("\"a\"");
    try (var follower = StreamClient.chat(node, question).await("\"a\"")) {
      leader.close();
      released.countDown();
      assertIsComplete(follower.all(), "ab");
    }

    assertThat(header(node.chat(question), "X-Cache")).isEqualTo("HIT");
    assertThat(provider.requests("p-leader-leaves")).hasSize(1);
  }

  @Test
  void slowClient_delaysNobodyElse() throws Exception {
    var piece = more("y".repeat(30_000));
    provider.script(
        "p-slow-client",
        (request, answer) -> {
          answer.streamHead();
          answer.piece(first("a"));
          for (int i = 0; i < 100; i++) {
            answer.piece(piece);
          }
          answer.piece(STOP + DONE);
          answer.streamEnd();
        });
    var question = askStream("p-slow-client", "hi");
    try (var slow = new RawClient(node, PATH, question)) {
      slow.readOne();
      var fast = node.chat(question);
      assertThat(text(fast)).endsWith(DONE);
      assertThat(header(node.chat(question), "X-Cache")).isEqualTo("HIT");
      slow.readOne();
      assertThat(new Api(node).figure("larder_streams_open")).isEqualTo(1);
      assertThat(new Api(node).figure("larder_flights_bytes")).isGreaterThan(3_000_000);
    }
    // what is kept for those who come back to other streams is small
    Await.until("bytes given back", () -> new Api(node).figure("larder_flights_bytes") < 100_000);
    assertThat(provider.requests("p-slow-client")).hasSize(1);
  }
}

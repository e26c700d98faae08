package it;

import static it.Api.ask;
import static it.Api.header;
import static it.Chunks.DONE;
import static it.Chunks.STOP;
import static it.Chunks.USAGE;
import static it.Chunks.first;
import static it.Chunks.more;
import static it.Chunks.whole;
import static it.StreamsIT.askStream;
import static it.StreamsIT.assertIsBroken;
import static it.StreamsIT.assertIsComplete;
import static it.StreamsIT.assertNothingIsLeft;
import static it.StreamsIT.inTwoHalves;
import static it.StreamsIT.wantsStream;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers in flight over HTTP on two nodes that share a Valkey: shared, lost, resumed. */
final class StreamNodesIT {
  private static final String JSON = "application/json";

  /** A lease runs out after 6 s; who has seen a part waits 3 s for it to come back. */
  private static final Duration DEATH_SEEN_MAX = Duration.ofSeconds(12);

  private static ScriptedProvider provider;
  private static ValkeyProcess valkey;
  private static LarderProcess here;
  private static LarderProcess there;

  @BeforeAll
  static void start() {
    provider = ScriptedProvider.start();
    valkey = ValkeyProcess.start();
    here = node("streams-a");
    there = node("streams-b");
  }

  private static LarderProcess node(String name) {
    return LarderProcess.start(
        name, Map.of("LARDER_VALKEY_URI", valkey.uri(), "LARDER_PROVIDER_P_URL", provider.url()));
  }

  @AfterAll
  static void stop() throws Exception {
    here.close();
    there.close();
    valkey.close();
    provider.close();
  }

  @AfterEach
  void nothingIsLeft() {
    assertNothingIsLeft(here);
    assertNothingIsLeft(there);
    for (var pattern : List.of("larder:1:lead:*", "larder:1:live:*", "larder:1:followers:*")) {
      for (var key : RawCommand.strings(valkey.command("KEYS", pattern))) {
        assertThat(valkey.command("PTTL", key)).as(key).doesNotContain(":-1");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void equalRequests_hundredOfBothFormsOnTwoNodes_areOneCall(boolean streamLeads) throws Exception {
    var model = "hundred-" + streamLeads;
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
    try (var threads = Executors.newVirtualThreadPerTaskExecutor();
        var follower = follower(model, asked, answers, threads, streamLeads)) {
      StreamsIT.awaitOnWire(there, answers);
      released.countDown();
      if (streamLeads) {
        assertIsComplete(follower.all(), "ab");
      }
    }

    var statuses = new ArrayList<String>();
    for (var one : answers) {
      assertIsComplete(one.join(), "ab");
      statuses.add(header(one.join(), "X-Cache"));
    }
    assertThat(provider.requests(model))
        .as(() -> failedCalls(here) + failedCalls(there))
        .hasSize(1);
    assertThat(statuses).containsOnlyOnce("MISS").contains("COLLAPSED");
    assertThat(statuses).isSubsetOf("MISS", "COLLAPSED", "HIT");
  }

  /** What a node says of Valkey calls that failed. */
  private static String failedCalls(LarderProcess node) {
    return Api.text(new Api(node).get("/metrics"))
        .lines()
        .filter(line -> line.startsWith("larder_valkey_calls_total{") && !line.contains("\"ok\""))
        .toList()
        .toString();
  }

  /**
   * Sends all requests; the client given is one of the other node that has seen a part if it can.
   */
  private static StreamClient follower(
      String model,
      CountDownLatch asked,
      List<CompletableFuture<HttpResponse<byte[]>>> answers,
      Executor threads,
      boolean streamLeads)
      throws InterruptedException {
    for (int i = 0; i < 100; i++) {
      var node = i / 2 % 2 == 0 ? here : there;
      boolean stream = (i % 2 == 0) == streamLeads;
      var body = stream ? askStream(model, "hi") : ask(model, "hi");
      answers.add(CompletableFuture.supplyAsync(() -> node.chat(body), threads));
      if (i == 0) {
        assertThat(asked.await(20, TimeUnit.SECONDS)).isTrue();
      }
    }
    var follower = StreamClient.chat(there, askStream(model, "hi"));
    return streamLeads ? follower.await("\"a\"") : follower;
  }

  @Test
  void leader_failsAfterContent_theOtherNodesWholeAnswerIsAskedForAgain() {
    var released = new CountDownLatch(1);
    var calls = new AtomicInteger();
    provider.script(
        "cut",
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
    try (var leader = StreamClient.chat(here, askStream("cut", "hi")).await("\"a\"");
        var follower = StreamClient.chat(there, askStream("cut", "hi")).await("\"a\"")) {
      var whole = CompletableFuture.supplyAsync(() -> there.chat(ask("cut", "hi")));
      released.countDown();
      assertIsBroken(leader.all());
      assertIsBroken(follower.all());
      assertIsComplete(whole.join(), "xyz");
    }
    assertThat(provider.requests("cut")).hasSize(2);
  }

  @Test
  void stream_inFlight_isResumedOnBothNodes() {
    var released = new CountDownLatch(1);
    provider.script("resumed", inTwoHalves(released));
    try (var leader = StreamClient.chat(here, askStream("resumed", "hi")).await("\"a\"");
        var near = StreamClient.resume(here, leader.header("Larder-Stream"), -1).await("\"a\"");
        var far = StreamClient.resume(there, leader.header("Larder-Stream"), 0).await("\"a\"");
        var rest = StreamClient.resume(there, leader.header("Larder-Stream"), 1)) {
      released.countDown();

      assertIsComplete(leader.all(), "ab");
      for (var all : List.of(near, far)) {
        assertThat(Chunks.data(all.all())).isEqualTo(Chunks.data(leader.all()));
        assertThat(StreamResumeIT.ids(all.all())).containsExactly("1", "2", "3", "4");
      }
      assertThat(StreamResumeIT.ids(rest.all())).containsExactly("2", "3", "4");
    }
  }

  @Test
  void followers_ofBothNodesInTheMiddle_seeThePrefixAtOnceAndTheRestLive() {
    var released = new CountDownLatch(1);
    provider.script("middle", inTwoHalves(released));
    try (var leader = StreamClient.chat(here, askStream("middle", "hi")).await("\"a\"");
        var near = StreamClient.chat(here, askStream("middle", "hi")).await("\"a\"");
        var far = StreamClient.chat(there, askStream("middle", "hi")).await("\"a\"")) {
      var whole = CompletableFuture.supplyAsync(() -> there.chat(ask("middle", "hi")));
      assertThat(far.header("Cache-Status")).isEqualTo("larder; fwd=uri-miss; collapsed");
      assertThat(whole).isNotDone();
      released.countDown();

      assertIsComplete(leader.all(), "ab");
      assertThat(near.all()).isEqualTo(leader.all());
      assertThat(far.all()).isEqualTo(leader.all());
      assertIsComplete(whole.join(), "ab");
    }
    assertThat(provider.requests("middle")).hasSize(1);
    assertThat(header(there.chat(ask("middle", "hi")), "X-Cache")).isEqualTo("HIT");
  }

  @Test
  void leader_refusedByTheProvider_isSharedWithTheOtherNode() throws Exception {
    var asked = new CountDownLatch(1);
    var body = "{\"error\":{\"message\":\"no such thing\",\"type\":\"invalid_request_error\"}}";
    provider.script(
        "refused",
        (request, answer) -> {
          asked.countDown();
          Await.until("the other node follows", () -> follows("refused"));
          answer.whole(422, JSON, body);
        });
    var leader = CompletableFuture.supplyAsync(() -> here.chat(ask("refused", "hi")));
    assertThat(asked.await(20, TimeUnit.SECONDS)).isTrue();
    var stream = there.chat(askStream("refused", "hi"));

    assertThat(stream.statusCode()).isEqualTo(422);
    assertThat(Api.text(stream)).isEqualTo(body);
    assertThat(leader.join().statusCode()).isEqualTo(422);
    assertThat(provider.requests("refused")).hasSize(1);
  }

  private static boolean follows(String model) {
    return provider.requests(model).size() == 1
        && !RawCommand.strings(valkey.command("KEYS", "larder:1:followers:*")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"no-cache", "store"})
  void stream_thatNobodyJoins_isResumedOnTheOtherNodeWhileItGoesOn(String why) {
    var released = new CountDownLatch(1);
    var model = "alone-" + why;
    provider.script(model, inTwoHalves(released));
    var question = askStream(model, "hi");
    try (var stream =
        why.equals("store")
            ? StreamClient.chat(here, question.replace("{\"stream", "{\"store\":true,\"stream"))
            : StreamClient.chat(here, question, "Cache-Control", why)) {
      stream.await("\"a\"");
      var name = stream.header("Larder-Stream");
      try (var far = StreamClient.resume(there, name, 0).await("\"a\"")) {
        released.countDown();
        assertIsComplete(stream.all(), "ab");
        assertThat(Chunks.data(far.all())).isEqualTo(Chunks.data(stream.all()));
      }
      for (var node : List.of(here, there)) {
        Await.until("held", () -> StreamClient.resume(node, name, 1).status() == 200);
        assertThat(StreamResumeIT.ids(StreamClient.resume(node, name, 1).all()))
            .startsWith("2", "3");
      }
    }
    assertThat(provider.requests(model)).hasSize(1);
  }

  @Test
  void stream_overAndStored_isResumedOnTheOtherNode() {
    var released = new CountDownLatch(0);
    provider.script("stored", inTwoHalves(released));
    var first = StreamClient.chat(here, askStream("stored", "hi"));
    assertIsComplete(first.all(), "ab");

    var again = StreamClient.resume(there, first.header("Larder-Stream"), 2);
    assertThat(StreamResumeIT.ids(again.all())).containsExactly("3", "4");
    assertThat(Chunks.data(again.all()))
        .isEqualTo(Chunks.data(first.all()).subList(2, Chunks.data(first.all()).size()));
    var hit = StreamClient.chat(there, askStream("stored", "hi"));
    assertThat(hit.header("X-Cache")).isEqualTo("HIT");
    assertThat(StreamClient.resume(here, hit.header("Larder-Stream"), 0).status()).isEqualTo(200);
  }

  @Test
  void stream_overAndNotStored_isResumedOnBothNodes() {
    provider.script(
        "length",
        (request, answer) -> {
          answer.streamHead();
          answer.piece(first("ab") + Chunks.chunk("{}", "\"length\"") + USAGE + DONE);
          answer.streamEnd();
        });
    var cut = StreamClient.chat(here, askStream("length", "hi"));
    assertIsComplete(cut.all(), "ab");
    var name = cut.header("Larder-Stream");

    for (var node : List.of(here, there)) {
      // what is for others is written behind the client's back
      Await.until("held", () -> StreamClient.resume(node, name, 0).status() == 200);
      var again = StreamClient.resume(node, name, 0);
      assertThat(Chunks.data(again.all())).isEqualTo(Chunks.data(cut.all()));
    }
  }

  @Test
  void leadersNode_isKilled_whoHasSeenAPartGetsAnErrorAndTheOthersTakeOver() throws Exception {
    var calls = new AtomicInteger();
    var over = new CountDownLatch(1);
    provider.script(
        "killed-leader",
        (request, answer) -> {
          if (calls.incrementAndGet() == 1) {
            answer.streamHead();
            answer.piece(first("a"));
            assertThat(over.await(30, TimeUnit.SECONDS)).isTrue();
          } else {
            answer.whole(200, JSON, whole("xyz"));
          }
        });
    try (var victim = node("streams-victim");
        var leader = StreamClient.chat(victim, askStream("killed-leader", "hi")).await("\"a\"");
        var follower = StreamClient.chat(there, askStream("killed-leader", "hi")).await("\"a\"")) {
      var whole = CompletableFuture.supplyAsync(() -> there.chat(ask("killed-leader", "hi")));
      kill(victim);
      assertIsBroken(follower.all(DEATH_SEEN_MAX));
      assertIsComplete(whole.get(DEATH_SEEN_MAX.toSeconds(), TimeUnit.SECONDS), "xyz");
      assertThat(leader.soFar()).doesNotContain("[DONE]");
    } finally {
      over.countDown();
    }
    assertThat(provider.requests("killed-leader")).hasSize(2);
  }

  /** Ends the server itself, not the script that started it. */
  private static void kill(LarderProcess node) throws InterruptedException {
    node.process().descendants().forEach(ProcessHandle::destroyForcibly);
    node.process().destroyForcibly().waitFor();
  }

  @Test
  void followersNode_isKilled_leaderGoesOn() throws Exception {
    var released = new CountDownLatch(1);
    provider.script("killed-follower", inTwoHalves(released));
    // first, since a start may take longer than the provider is silent
    try (var victim = node("streams-victim");
        var leader = StreamClient.chat(here, askStream("killed-follower", "hi")).await("\"a\"");
        var lost = StreamClient.chat(victim, askStream("killed-follower", "hi")).await("\"a\"")) {
      kill(victim);
      assertThat(lost.soFar()).doesNotContain("[DONE]");
      released.countDown();
      assertIsComplete(leader.all(), "ab");
    }
    assertThat(header(there.chat(ask("killed-follower", "hi")), "X-Cache")).isEqualTo("HIT");
    assertThat(provider.requests("killed-follower")).hasSize(1);
  }

  @Test
  void valkey_diesAndComesBackInTheMiddle_nobodyGetsAFalseEnd() {
    var released = new CountDownLatch(1);
    provider.script("valkey-dies", inTwoHalves(released));
    try (var leader = StreamClient.chat(here, askStream("valkey-dies", "hi")).await("\"a\"");
        var near = StreamClient.chat(here, askStream("valkey-dies", "hi")).await("\"a\"");
        var far = StreamClient.chat(there, askStream("valkey-dies", "hi")).await("\"a\"")) {
      valkey.kill();
      valkey.restart();
      released.countDown();

      assertIsComplete(leader.all(), "ab");
      assertIsComplete(near.all(), "ab");
      var end = far.all();
      assertThat(end.endsWith(DONE) ? Chunks.text(end) : end)
          .satisfiesAnyOf(text -> assertThat(text).isEqualTo("ab"), StreamsIT::assertIsBroken);
    }
    awaitShared();
  }

  @Test
  void valkey_isDown_eachNodeAsksOnce() {
    var released = new CountDownLatch(1);
    provider.script("valkey-down", inTwoHalves(released));
    valkey.kill();
    try {
      try (var one = StreamClient.chat(here, askStream("valkey-down", "hi")).await("\"a\"");
          var two = StreamClient.chat(here, askStream("valkey-down", "hi")).await("\"a\"");
          var three = StreamClient.chat(there, askStream("valkey-down", "hi")).await("\"a\"");
          var four = StreamClient.chat(there, askStream("valkey-down", "hi")).await("\"a\"")) {
        released.countDown();
        for (var each : List.of(one, two, three, four)) {
          assertIsComplete(each.all(), "ab");
        }
      }
      assertThat(provider.requests("valkey-down")).hasSize(2);
    } finally {
      valkey.restart();
    }
    awaitShared();
  }

  /** Waits until equal requests on both nodes are one call again. */
  private static void awaitShared() {
    var tries = new AtomicInteger();
    Await.until("both nodes share again", () -> isShared("again-" + tries.incrementAndGet()));
  }

  private static boolean isShared(String text) {
    var model = "shared-again-" + text + "-" + System.nanoTime();
    var released = new CountDownLatch(1);
    provider.script(model, inTwoHalves(released));
    try (var leader = StreamClient.chat(here, askStream(model, text)).await("\"a\"");
        var follower = StreamClient.chat(there, askStream(model, text)).await("\"a\"")) {
      released.countDown();
      assertIsComplete(leader.all(), "ab");
      assertIsComplete(follower.all(), "ab");
    }
    return provider.requests(model).size() == 1;
  }
}

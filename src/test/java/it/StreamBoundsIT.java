package it;

import static it.Api.ask;
import static it.Api.header;
import static it.Api.json;
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

import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Answers in flight over HTTP on a node with little room for them. */
final class StreamBoundsIT {
  private static final String PATH = "/v1/chat/completions";
  private static final int FOLLOWERS_MAX = 8;
  private static final int FLIGHTS_MAX = 4;
  private static final String PIECE = more("z".repeat(40_000));

  private static ScriptedProvider provider;
  private static LarderProcess node;

  @BeforeAll
  static void start() {
    provider = ScriptedProvider.start();
    node =
        LarderProcess.start(
            "bounds",
            Map.of(
                "LARDER_PROVIDER_P_URL",
                provider.url(),
                "LARDER_CACHE_VALUE_BYTES_MAX",
                "65536",
                "LARDER_INFERENCE_DETACHED_COUNT_MAX",
                "0",
                "LARDER_LIVE_FOLLOWERS_MAX",
                String.valueOf(FOLLOWERS_MAX),
                "LARDER_LIVE_FLIGHTS_MAX",
                String.valueOf(FLIGHTS_MAX),
                "LARDER_LIVE_RETENTION",
                "PT1S"));
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

  @Test
  void allClients_leave_theProviderIsHungUpOn() throws Exception {
    var left = new CountDownLatch(1);
    var hungUp = new CountDownLatch(1);
    var clients = new ArrayList<RawClient>();
    provider.script(
        "leave",
        (request, answer) -> {
          answer.streamHead();
          answer.piece(first("a"));
          assertThat(left.await(20, TimeUnit.SECONDS)).isTrue();
          try {
            for (int i = 0; i < 10_000; i++) {
              // as a model does; at full speed the rest would be on its way before anybody looks
              answer.piece(more("b"));
              TimeUnit.MILLISECONDS.sleep(1);
            }
            answer.piece(STOP + DONE);
            answer.streamEnd();
          } catch (IOException gone) {
            hungUp.countDown();
            throw gone;
          }
        });
    for (int i = 0; i < 2; i++) {
      clients.add(new RawClient(node, PATH, askStream("leave", "hi")).await("\"a\""));
    }
    clients.forEach(RawClient::close);
    left.countDown();

    assertThat(hungUp.await(9, TimeUnit.SECONDS)).isTrue();
    assertThat(node.chat(ask("leave", "hi"), "Cache-Control", "only-if-cached").statusCode())
        .isEqualTo(504);
  }

  @Test
  void answer_tooLargeToShare_isWholeForWhoAskedAndNoFalseEndForOthers() throws Exception {
    var released = new CountDownLatch(1);
    provider.script(
        "large",
        (request, answer) -> {
          if (wantsStream(request)) {
            answer.streamHead();
            answer.piece(first("a"));
            assertThat(released.await(20, TimeUnit.SECONDS)).isTrue();
            answer.piece(PIECE + PIECE + PIECE + STOP + USAGE + DONE);
            answer.streamEnd();
          } else {
            answer.whole(200, "application/json", whole("a" + "z".repeat(120_000)));
          }
        });
    var expected = "a" + "z".repeat(120_000);
    var wholes = new ArrayList<CompletableFuture<HttpResponse<byte[]>>>();
    try (var leader = StreamClient.chat(node, askStream("large", "hi")).await("\"a\"");
        var follower = StreamClient.chat(node, askStream("large", "hi")).await("\"a\"");
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 6; i++) {
        wholes.add(CompletableFuture.supplyAsync(() -> node.chat(ask("large", "hi")), threads));
      }
      StreamsIT.awaitOnWire(node, wholes);
      released.countDown();

      assertIsComplete(leader.all(), expected);
      assertIsBroken(follower.all());
      for (var each : wholes) {
        assertIsComplete(each.join(), expected);
      }
    }
    assertThat(node.chat(ask("large", "hi"), "Cache-Control", "only-if-cached").statusCode())
        .isEqualTo(504);
  }

  @Test
  void followers_tooMany_areToldToComeBack() {
    var released = new CountDownLatch(1);
    provider.script("crowd", inTwoHalves(released));
    var clients = new ArrayList<StreamClient>();
    try {
      for (int i = 0; i < FOLLOWERS_MAX; i++) {
        clients.add(StreamClient.chat(node, askStream("crowd", "hi")).await("\"a\""));
      }
      var refused = node.chat(askStream("crowd", "hi"));
      assertThat(refused.statusCode()).isEqualTo(503);
      assertThat(header(refused, "Retry-After")).matches("[1-9][0-9]*");
      assertThat(json(refused).at("/error/code").asText()).isEqualTo("busy");

      // one that leaves makes room
      clients.removeLast().close();
      released.countDown();
      for (var client : clients) {
        assertIsComplete(client.all(), "ab");
      }
    } finally {
      released.countDown();
      clients.forEach(StreamClient::close);
    }
    assertThat(provider.requests("crowd")).hasSize(1);
  }

  @Test
  void flights_tooMany_areAnsweredEachForItself() {
    var released = new CountDownLatch(1);
    provider.script("flights", inTwoHalves(released));
    var clients = new ArrayList<StreamClient>();
    try {
      for (int i = 0; i < FLIGHTS_MAX + 3; i++) {
        clients.add(StreamClient.chat(node, askStream("flights", "n" + i)).await("\"a\""));
      }
      // one that is in flight already can be joined all the same
      clients.add(StreamClient.chat(node, askStream("flights", "n0")).await("\"a\""));
      assertThat(new Api(node).figure("larder_flights_open")).isEqualTo(FLIGHTS_MAX);
      released.countDown();
      for (var client : clients) {
        assertIsComplete(client.all(), "ab");
      }
    } finally {
      released.countDown();
      clients.forEach(StreamClient::close);
    }
    assertThat(provider.requests("flights")).hasSize(FLIGHTS_MAX + 3);
  }

  @Test
  void stream_expired_is404AndItsBytesAreGivenBack() {
    provider.script(
        "expires",
        (request, answer) -> {
          answer.streamHead();
          answer.piece(first("a"));
          answer.piece(more("b") + Chunks.chunk("{}", "\"length\"") + USAGE + DONE);
          answer.streamEnd();
        });
    var stream = StreamClient.chat(node, askStream("expires", "hi"));
    assertIsComplete(stream.all(), "ab");
    var name = stream.header("Larder-Stream");

    Await.until("expired", () -> StreamClient.resume(node, name, 0).status() == 404);
    Await.until("given back", () -> new Api(node).figure("larder_flights_bytes") == 0);
  }
}

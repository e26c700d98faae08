package it;

import static it.Api.ask;
import static it.Api.header;
import static it.Api.json;
import static it.Api.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Live figures over HTTP: who sees what, for how long, and what it costs. */
final class EventsIT {
  private static final int STREAMS_MAX = 8;
  private static final int USER_STREAMS_MAX = 5;

  /** A check every 2 s, on a machine that is busy with other things. */
  private static final Duration END_MAX = Duration.ofSeconds(6);

  private static ScriptedProvider provider;
  private static ValkeyProcess valkey;
  private static LarderProcess node;
  private static LarderProcess other;

  @BeforeAll
  static void start() {
    provider = ScriptedProvider.start();
    provider.script(
        "m", (request, answer) -> answer.whole(200, "application/json", Chunks.whole("a")));
    valkey = ValkeyProcess.start();
    node = node("events-a");
    other = node("events-b");
  }

  private static LarderProcess node(String name) {
    return LarderProcess.start(
        name,
        Map.of(
            "LARDER_VALKEY_URI",
            valkey.uri(),
            "LARDER_PROVIDER_P_URL",
            provider.url(),
            "LARDER_EVENTS_STREAMS_MAX",
            String.valueOf(STREAMS_MAX),
            "LARDER_EVENTS_STREAMS_PER_USER_MAX",
            String.valueOf(USER_STREAMS_MAX)));
  }

  @AfterAll
  static void stop() throws Exception {
    node.close();
    other.close();
    valkey.close();
    provider.close();
  }

  /** A user with a key of one's own. */
  private record User(String id, String key) {
    static User make(String name) {
      var made = json(new Api(node).post("/api/keys", "{\"owner\":\"" + name + "\"}"));
      return new User(made.get("id").asText(), made.get("key").asText());
    }

    HttpRequest.Builder request(LarderProcess at, String path) {
      return HttpRequest.newBuilder(at.uri(path)).header("x-api-key", key);
    }

    StreamClient watch(LarderProcess at) {
      return StreamClient.of(request(at, "/api/events").build());
    }

    HttpResponse<byte[]> chat(LarderProcess at, String words) {
      return LarderProcess.send(
          request(at, "/v1/chat/completions")
              .header("Content-Type", "application/json")
              .POST(HttpRequest.BodyPublishers.ofString(ask("m", words)))
              .build());
    }
  }

  private static StreamClient watch(LarderProcess at) {
    return StreamClient.of(at.request("/api/events").build());
  }

  /** The figures that have come, whole events alone. */
  private static List<JsonNode> figures(StreamClient stream) {
    var all = new ArrayList<JsonNode>();
    var text = stream.soFar();
    for (var event : text.substring(0, text.lastIndexOf("\n\n") + 1).split("\n\n", -1)) {
      if (!event.isBlank()) {
        assertThat(event.strip()).startsWith("event: figures\ndata: {");
        all.add(Chunks.json(event.substring(event.indexOf('{'))));
      }
    }
    return all;
  }

  /** Waits for figures like that, and gives them. */
  private static JsonNode await(StreamClient stream, Predicate<JsonNode> like) {
    Await.until(
        "such figures after " + stream.soFar(), () -> figures(stream).stream().anyMatch(like));
    return figures(stream).stream().filter(like).findFirst().orElseThrow();
  }

  private static void assertEnds(StreamClient stream) {
    Await.until("the stream is over", END_MAX, stream::isOver);
  }

  @Test
  void figures_ofAUser_areThoseOfAllNodesAndNobodyElses() {
    var anna = User.make("events-anna");
    var bert = User.make("events-bert");
    try (var ofAnna = anna.watch(node);
        var ofBert = bert.watch(node);
        var ofAll = watch(node)) {
      var before = await(ofAll, figures -> true);
      assertThat(await(ofAnna, figures -> true).at("/recent/requests").asLong()).isZero();
      assertThat(anna.chat(node, "hi").statusCode()).isEqualTo(200);
      assertThat(Api.cache(anna.chat(other, "hi"))).isEqualTo("HIT");
      assertThat(Api.cache(anna.chat(other, "hi"))).isEqualTo("HIT");

      var seen = await(ofAnna, figures -> figures.at("/total/requests").asLong() == 3);
      assertThat(seen.get("of").asText()).isEqualTo("you");
      assertThat(seen.get("from").asText()).isEqualTo("all nodes");
      assertThat(seen.at("/total/hits").asLong()).isEqualTo(2);
      assertThat(seen.at("/total/misses").asLong()).isEqualTo(1);
      assertThat(seen.at("/recent/hitRatio").asDouble()).isCloseTo(0.667, within(0.001));
      assertThat(seen.at("/perSecond/requests").asDouble()).isPositive();
      assertThat(seen.has("times")).isFalse();
      assertThat(seen.at("/stores/cache/state").asText()).isEqualTo("OK");
      assertThat(seen.at("/stores/state/state").asText()).isEqualTo("OK");

      long requests = before.at("/total/requests").asLong() + 3;
      var all = await(ofAll, figures -> figures.at("/total/requests").asLong() >= requests);
      assertThat(all.get("of").asText()).isEqualTo("everybody");
      assertThat(all.at("/times/missMillis").asDouble()).isPositive();
      assertThat(figures(ofBert))
          .isNotEmpty()
          .allSatisfy(none -> assertThat(none.at("/total/requests").asLong()).isZero());
    }
  }

  @Test
  void header_isThatOfAnEventStreamThatNobodyKeeps() {
    try (var stream = watch(node)) {
      assertThat(stream.status()).isEqualTo(200);
      assertThat(stream.header("Content-Type")).startsWith("text/event-stream");
      assertThat(stream.header("Cache-Control")).contains("no-store");
    }
    var nobody = HttpRequest.newBuilder(node.uri("/api/events")).build();
    assertThat(LarderProcess.send(nobody).statusCode()).isEqualTo(401);
  }

  @Test
  void streams_tooMany_areRefusedAndOneThatLeavesMakesRoom() {
    var carl = User.make("events-carl");
    var dora = User.make("events-dora");
    var streams = new ArrayList<StreamClient>();
    try {
      for (int i = 0; i < USER_STREAMS_MAX; i++) {
        streams.add(carl.watch(other).await("figures"));
      }
      var refused = LarderProcess.send(carl.request(other, "/api/events").build());
      assertThat(refused.statusCode()).isEqualTo(429);
      assertThat(header(refused, "Content-Type")).startsWith("application/problem+json");
      assertThat(text(refused)).contains("too_many_streams").contains("" + USER_STREAMS_MAX);

      for (int i = USER_STREAMS_MAX; i < STREAMS_MAX; i++) {
        streams.add(dora.watch(other).await("figures"));
      }
      var full = LarderProcess.send(dora.request(other, "/api/events").build());
      assertThat(full.statusCode()).isEqualTo(503);
      assertThat(header(full, "Retry-After")).isNotEmpty();

      streams.removeFirst().close();
      Await.until(
          "there is room",
          () -> {
            try (var again = carl.watch(other)) {
              return again.status() == 200;
            }
          });
    } finally {
      streams.forEach(StreamClient::close);
    }
  }

  @Test
  void key_revokedOnAnotherNode_endsItsStreamAlone() {
    var eve = User.make("events-eve");
    var fred = User.make("events-fred");
    try (var ofEve = eve.watch(node).await("figures");
        var ofFred = fred.watch(node).await("figures")) {
      assertThat(new Api(other).delete("/api/keys/" + eve.id()).statusCode()).isEqualTo(204);

      assertEnds(ofEve);
      int seen = figures(ofFred).size();
      Await.until("the other goes on", () -> figures(ofFred).size() > seen + 1);
    }
  }

  @Test
  void session_ended_endsItsStreamAndDoesNotComeBack() {
    var browser = Browser.signIn(node, User.make("events-gina").key());
    var request =
        HttpRequest.newBuilder(node.uri("/api/events")).header("Cookie", browser.cookie()).build();
    try (var stream = StreamClient.of(request).await("figures")) {
      assertThat(browser.send("DELETE", "/api/session", "").statusCode()).isEqualTo(204);

      assertEnds(stream);
    }
    assertThat(browser.isKnown()).isFalse();
    assertThat(LarderProcess.send(request).statusCode()).isEqualTo(401);
  }

  @Test
  void key_ofASession_revoked_endsItsStream() {
    var hugo = User.make("events-hugo");
    var browser = Browser.signIn(node, hugo.key());
    var request =
        HttpRequest.newBuilder(node.uri("/api/events")).header("Cookie", browser.cookie()).build();
    try (var stream = StreamClient.of(request).await("figures")) {
      assertThat(new Api(other).delete("/api/keys/" + hugo.id()).statusCode()).isEqualTo(204);

      assertEnds(stream);
    }
  }

  @Test
  void stores_killedAndRestarted_areToldWithoutABreak() {
    try (var stream = watch(node).await("figures")) {
      try {
        valkey.kill();
        await(stream, is("DEGRADED", "this node"));
      } finally {
        valkey.restart();
      }
      int before = figures(stream).size();
      Await.until(
          "the stores serve again",
          () -> figures(stream).stream().skip(before).anyMatch(is("OK", "all nodes")));
      assertThat(stream.isOver()).isFalse();
    }
    Await.until(
        "the other node has noticed as well",
        () -> Api.text(new Api(other).get("/api/cache")).contains("all nodes"));
  }

  private static Predicate<JsonNode> is(String state, String from) {
    return figures ->
        figures.at("/stores/cache/state").asText().equals(state)
            && figures.at("/stores/state/state").asText().equals(state)
            && figures.get("from").asText().equals(from);
  }

  @Test
  void readers_many_costOneLookASecond() throws Exception {
    // servers that have just started look at sessions of their own
    Await.until("nobody looks any more", () -> looksWithin(3) <= 2);
    var streams = new ArrayList<StreamClient>();
    try {
      for (int i = 0; i < USER_STREAMS_MAX; i++) {
        streams.add(watch(node).await("figures"));
      }
      int seen = figures(streams.getFirst()).size();
      long looks = looksWithin(6);
      int events = figures(streams.getFirst()).size() - seen;

      // and now and then the other node, which nobody watches
      assertThat(looks).isBetween(events - 1L, events + 3L);
      assertThat(events).isBetween(4, 7);
      assertThat(streams)
          .allSatisfy(one -> assertThat(figures(one).size()).isGreaterThanOrEqualTo(events));
    } finally {
      streams.forEach(StreamClient::close);
    }
  }

  private static long looksWithin(int seconds) {
    long before = looks();
    try {
      TimeUnit.SECONDS.sleep(seconds);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(stopped);
    }
    return looks() - before;
  }

  private static long looks() {
    var calls =
        Pattern.compile("cmdstat_hgetall:calls=(\\d+)")
            .matcher(valkey.command("INFO", "commandstats"));
    return calls.find() ? Long.parseLong(calls.group(1)) : 0;
  }

  @Test
  void reader_thatDoesNotRead_holdsUpNobody() throws Exception {
    try (var stuck = RawClient.get(node, "/api/events").await("HTTP/1.1 200");
        var stream = watch(node).await("figures")) {
      int seen = figures(stream).size();
      Await.until("others go on", Duration.ofSeconds(10), () -> figures(stream).size() >= seen + 4);
      stuck.await("figures");
    }
  }

  @Test
  void reader_thatIsGone_leavesNothingBehind() {
    for (int round = 0; round < 2; round++) {
      for (int i = 0; i < USER_STREAMS_MAX; i++) {
        try (var client = RawClient.get(other, "/api/events")) {
          assertThat(client).isNotNull();
        }
      }
      Await.until(
          "there is room",
          () -> {
            try (var again = watch(other)) {
              return again.status() == 200;
            }
          });
    }
    assertThat(other.log()).doesNotContain("io.larder.admin.Viewer");
  }

  @Test
  void history_ofTheLastHour_isForAdministrators() {
    var ida = User.make("events-ida");
    assertThat(LarderProcess.send(ida.request(node, "/api/cache/history").build()).statusCode())
        .isEqualTo(403);
    assertThat(ida.chat(node, "history").statusCode()).isEqualTo(200);
    Await.until(
        "a step with that miss",
        () -> {
          var misses = json(new Api(node).get("/api/cache/history")).get("misses");
          long sum = 0;
          for (var step : misses) {
            sum += step.asLong();
          }
          return sum > 0;
        });
    var history = json(new Api(node).get("/api/cache/history"));
    int steps = history.get("at").size();
    assertThat(history.properties())
        .allSatisfy(list -> assertThat(list.getValue()).as(list.getKey()).hasSize(steps));
    assertThat(history.get("missMillisMedian")).anyMatch(median -> median.asDouble() > 0);
  }

  @Test
  void node_stopped_endsItsStreamsSoon() {
    var stopping = node("events-c");
    var stream = watch(stopping).await("figures");
    long begun = System.nanoTime();
    stopping.close();
    var took = Duration.ofNanos(System.nanoTime() - begun);

    Await.until("the stream is over", END_MAX, stream::isOver);
    assertThat(took).isLessThan(Duration.ofSeconds(20));
  }
}

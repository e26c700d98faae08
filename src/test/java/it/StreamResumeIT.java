package it;

import static it.Api.ask;
import static it.Api.json;
import static it.Chunks.DONE;
import static it.Chunks.STOP;
import static it.Chunks.USAGE;
import static it.Chunks.first;
import static it.Chunks.more;
import static it.Shared.LARDER;
import static it.Shared.SCRIPTED;
import static it.StreamsIT.askStream;
import static it.StreamsIT.assertIsBroken;
import static it.StreamsIT.assertIsComplete;
import static it.StreamsIT.inTwoHalves;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Streams by name over HTTP: in flight and after, from the start and from the middle. */
final class StreamResumeIT {
  private static final ScriptedProvider.Script SHORT =
      (request, answer) -> {
        answer.streamHead();
        answer.piece(": hello\n\n" + first("a") + more("b") + STOP + USAGE + DONE);
        answer.streamEnd();
      };

  /** The numbers of the events, in order. */
  static List<String> ids(String stream) {
    return stream
        .lines()
        .filter(line -> line.startsWith("id: "))
        .map(line -> line.substring("id: ".length()))
        .toList();
  }

  @Test
  void name_everyStreamHasOne_otherAnswersHaveNone() {
    SCRIPTED.script("s-named", SHORT);
    SCRIPTED.script(
        "s-named-json",
        (request, answer) -> answer.whole(200, "application/json", Chunks.whole("ab")));
    var question = askStream("s-named", "hi");
    assertIsResumable(StreamClient.chat(LARDER, question), "MISS");
    assertIsResumable(StreamClient.chat(LARDER, question), "HIT");
    assertIsResumable(StreamClient.chat(LARDER, question, "Cache-Control", "no-cache"), "MISS");
    var stateful = question.replace("{\"stream", "{\"store\":true,\"stream");
    assertIsResumable(StreamClient.chat(LARDER, stateful), "BYPASS");

    var alone = StreamClient.chat(LARDER, question, "Cache-Control", "no-store");
    assertIsComplete(alone.all(), "ab");
    assertThat(alone.header("Larder-Stream")).isEmpty();
    assertThat(LARDER.chat(ask("s-named-json", "hi")).headers().firstValue("Larder-Stream"))
        .isEmpty();
  }

  private static void assertIsResumable(StreamClient stream, String cache) {
    assertIsComplete(stream.all(), "ab");
    assertThat(stream.header("X-Cache")).isEqualTo(cache);
    var again = StreamClient.resume(LARDER, stream.header("Larder-Stream"), 0);
    assertThat(again.status()).isEqualTo(200);
    assertThat(again.header("Content-Type")).startsWith("text/event-stream");
    assertThat(Chunks.data(again.all())).isEqualTo(Chunks.data(stream.all()));
    assertThat(ids(again.all())).containsExactly("1", "2", "3", "4");
  }

  @Test
  void name_ofAHitOnAJsonAnswer_isThatOfTheStreamMadeOfIt() {
    SCRIPTED.script(
        "s-rendered",
        (request, answer) -> answer.whole(200, "application/json", Chunks.whole("ab")));
    assertThat(LARDER.chat(ask("s-rendered", "hi")).statusCode()).isEqualTo(200);
    var hit = StreamClient.chat(LARDER, askStream("s-rendered", "hi"));
    assertIsComplete(hit.all(), "ab");

    var again = StreamClient.resume(LARDER, hit.header("Larder-Stream"), 0);
    assertThat(Chunks.data(again.all())).isEqualTo(Chunks.data(hit.all()));
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 1, 3, 4, 5, 1_000_000})
  void after_eachEvent_comesTheRest(int after) {
    SCRIPTED.script("s-after", SHORT);
    var stream = StreamClient.chat(LARDER, askStream("s-after", "hi"));
    var all = Chunks.data(stream.all());
    assertThat(all).hasSize(4);
    var rest = StreamClient.resume(LARDER, stream.header("Larder-Stream"), after);

    int from = Math.clamp(after, 0, 4);
    assertThat(rest.status()).isEqualTo(200);
    assertThat(Chunks.data(rest.all())).isEqualTo(all.subList(from, 4));
    assertThat(ids(rest.all())).isEqualTo(List.of("1", "2", "3", "4").subList(from, 4));
  }

  @Test
  void usage_isNumberedOnlyForWhoSeesIt() {
    SCRIPTED.script("s-numbered", SHORT);
    var with =
        askStream("s-numbered", "hi")
            .replace("}]}", "}],\"stream_options\":{\"include_usage\":true}}");
    var shown = StreamClient.chat(LARDER, with);
    assertThat(shown.all()).contains("\"usage\"");
    var hidden = StreamClient.chat(LARDER, askStream("s-numbered", "hi"));
    assertIsComplete(hidden.all(), "ab");

    var all = StreamClient.resume(LARDER, shown.header("Larder-Stream"), 3);
    assertThat(ids(all.all())).containsExactly("4", "5");
    assertThat(all.all()).contains("\"usage\"");
    assertThat(ids(StreamClient.resume(LARDER, hidden.header("Larder-Stream"), 3).all()))
        .containsExactly("4");
  }

  @Test
  void stream_inFlight_isFollowedLive() {
    var released = new CountDownLatch(1);
    SCRIPTED.script("p-live", inTwoHalves(released));
    try (var leader = StreamClient.chat(LARDER, askStream("p-live", "hi")).await("\"a\"");
        var all = StreamClient.resume(LARDER, leader.header("Larder-Stream"), 0).await("\"a\"");
        var rest = StreamClient.resume(LARDER, leader.header("Larder-Stream"), 1)) {
      assertThat(rest.soFar()).isEmpty();
      released.countDown();

      assertThat(Chunks.data(all.all())).isEqualTo(Chunks.data(leader.all()));
      assertThat(ids(all.all())).containsExactly("1", "2", "3", "4", "5");
      assertThat(ids(rest.all())).containsExactly("2", "3", "4", "5");
    }
  }

  @Test
  void stream_lostByItsClient_isResumedWhileItGoesOn() {
    var released = new CountDownLatch(1);
    SCRIPTED.script("p-lost", inTwoHalves(released));
    var lost = StreamClient.chat(LARDER, askStream("p-lost", "hi")).await("\"a\"");
    var name = lost.header("Larder-Stream");
    lost.close();
    try (var rest = StreamClient.resume(LARDER, name, 1)) {
      released.countDown();
      assertThat(ids(rest.all())).containsExactly("2", "3", "4", "5");
      assertThat(rest.all()).endsWith("data: [DONE]\nid: 5\n\n");
    }
    assertThat(SCRIPTED.requests("p-lost")).hasSize(1);
  }

  @Test
  void stream_broken_isBrokenAgain() {
    SCRIPTED.script(
        "s-broken",
        (request, answer) -> {
          answer.streamHead();
          answer.piece(first("a"));
          answer.cut();
        });
    var broken = StreamClient.chat(LARDER, askStream("s-broken", "hi"));
    assertIsBroken(broken.all());

    var again = StreamClient.resume(LARDER, broken.header("Larder-Stream"), 0);
    assertIsBroken(again.all());
    assertThat(Chunks.text(again.all())).isEqualTo("a");
  }

  @Test
  void name_ofNobodysStream_is404() {
    SCRIPTED.script("s-tampered", SHORT);
    var stream = StreamClient.chat(LARDER, askStream("s-tampered", "hi"));
    assertIsComplete(stream.all(), "ab");
    var name = stream.header("Larder-Stream");
    // the last character of a name has bits that mean nothing, so not that one
    for (int i = 0; i < name.length() - 1; i++) {
      var wrong = name.substring(0, i) + (name.charAt(i) == 'A' ? 'B' : 'A');
      assertIsUnknown(wrong + name.substring(i + 1));
    }
    for (var wrong : List.of(name.substring(1), name + "AAAA", "x", "A".repeat(4_000))) {
      assertIsUnknown(wrong);
    }
  }

  private static void assertIsUnknown(String name) {
    var answer = LarderProcess.send(LARDER.request("/v1/streams/" + name).GET().build());
    assertThat(answer.statusCode()).as(name).isEqualTo(404);
    assertThat(json(answer).at("/error/code").asText()).isEqualTo("not_found");
  }

  @Test
  void name_withoutAKey_is401() {
    var nobody =
        HttpRequest.newBuilder(LARDER.uri("/v1/streams/x"))
            .header("Authorization", "Bearer wrong")
            .GET()
            .build();

    assertThat(LarderProcess.send(nobody).statusCode()).isEqualTo(401);
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "-1", "1.5", "99999999999999999999", "1 2"})
  void lastEventId_noNumber_is400(String id) {
    SCRIPTED.script("s-number", SHORT);
    var stream = StreamClient.chat(LARDER, askStream("s-number", "hi"));
    assertIsComplete(stream.all(), "ab");
    var request =
        LARDER
            .request("/v1/streams/" + stream.header("Larder-Stream"))
            .header("Last-Event-ID", id)
            .GET()
            .build();

    var answer = LarderProcess.send(request);
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(json(answer).at("/error/param").asText()).isEqualTo("Last-Event-ID");
  }
}

package it;

import static it.Api.json;
import static it.Api.text;
import static it.Chunks.DONE;
import static it.Chunks.STOP;
import static it.Chunks.USAGE;
import static it.Chunks.first;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Conversations on two nodes with one Valkey. */
final class ConversationNodesIT {
  private static final int BYTES_MAX = 65_536;
  private static final int TURN_BYTES_MAX = 16_384;
  private static ScriptedProvider provider;
  private static ValkeyProcess answers;
  private static ValkeyProcess state;
  private static LarderProcess here;
  private static LarderProcess there;

  @BeforeAll
  static void start() {
    provider = ScriptedProvider.start();
    answers = ValkeyProcess.start();
    state = ValkeyProcess.start();
    var other = CompletableFuture.supplyAsync(() -> node("conversations-b"));
    here = node("conversations-a");
    there = other.join();
  }

  private static LarderProcess node(String name) {
    return LarderProcess.start(
        name,
        Map.of(
            "LARDER_VALKEY_CACHE_URI", answers.uri(),
            "LARDER_VALKEY_STATE_URI", state.uri(),
            "LARDER_CONVERSATION_BYTES_MAX", String.valueOf(BYTES_MAX),
            "LARDER_CONVERSATION_TURN_BYTES_MAX", String.valueOf(TURN_BYTES_MAX),
            "LARDER_PROVIDER_P_URL", provider.url()));
  }

  @AfterAll
  static void stop() throws Exception {
    here.close();
    there.close();
    answers.close();
    state.close();
    provider.close();
  }

  private static String create(LarderProcess node) {
    var made = new Api(node).post("/api/conversations", "{}");
    assertThat(made.statusCode()).as(text(made)).isEqualTo(201);
    return json(made).get("id").asText();
  }

  private static StreamClient say(LarderProcess node, String id, String model) {
    return StreamClient.ask(
        node,
        "/api/conversations/" + id + "/messages",
        "{\"content\":\"hi\",\"parent\":null,\"model\":\"" + model + "\"}",
        "Accept",
        "text/event-stream");
  }

  private static boolean isThere(String id) {
    return new Api(here).get("/api/conversations/" + id).statusCode() == 200;
  }

  private static JsonNode answer(String id) {
    var read = new Api(here).get("/api/conversations/" + id);
    assertThat(read.statusCode()).as(text(read)).isEqualTo(200);
    var messages = json(read).get("messages");
    assertThat(messages).hasSize(2);
    assertThat(messages.get(0).get("content").asText()).isEqualTo("hi");
    return messages.get(1);
  }

  private static String state(String id) {
    return answer(id).get("state").asText();
  }

  @Test
  void answer_ofAnotherNode_isInProgressHereAndCanBeFollowed() {
    var released = new CountDownLatch(1);
    provider.script("followed", StreamsIT.inTwoHalves(released));
    var id = create(there);
    try (var stream = say(there, id, "followed").await("\"a\"")) {
      assertThat(state(id)).isEqualTo("in-progress");
      Await.until("what came is seen", () -> answer(id).get("content").asText().equals("a"));
      var name = answer(id).get("stream").asText();
      assertThat(name).isEqualTo(stream.header("Larder-Stream"));
      try (var reloaded = StreamClient.resume(here, name, 0).await("\"a\"")) {
        released.countDown();
        assertThat(Chunks.text(reloaded.all())).isEqualTo("ab");
      }
      stream.await("[DONE]");
      assertThat(state(id)).isEqualTo("complete");
    }
  }

  /** As a node leaves it that has died between keeping an answer and storing its end. */
  @Test
  void answer_lostButInTheCache_isCompletedFromThereAndCounted() {
    provider.script(
        "lost",
        (request, answer) -> {
          answer.streamHead();
          answer.piece(first("ab") + STOP + USAGE + DONE);
          answer.streamEnd();
        });
    var id = create(there);
    try (var stream = say(there, id, "lost")) {
      assertThat(Chunks.text(stream.all())).isEqualTo("ab");
    }
    var turn = answer(id).get("id").asText();
    var key = RawCommand.strings(state.command("KEYS", "larder:1:conv:*:c:" + id)).getFirst();
    var stored = RawCommand.strings(state.command("HGET", key, "t:" + turn)).getFirst();
    assertThat(stored).contains("\"content\":\"ab\",\"state\":\"complete\"");
    var lost =
        stored.replace(
            "\"content\":\"ab\",\"state\":\"complete\"",
            "\"content\":\"\",\"state\":\"in-progress\"");
    state.command("HSET", key, "t:" + turn, lost, "a:" + turn, "1");

    Await.until("completed", () -> state(id).equals("complete"));
    assertThat(answer(id).get("content").asText()).isEqualTo("ab");
    assertThat(text(new Api(here).get("/metrics")))
        .containsPattern("larder_conversation_answers_total\\{[^}]*result=\"recovered\"[^}]*\\} 1");
  }

  /**
   * Goal: a conversation holds no more than its bound and one answer, however many answers come at
   * once. Method: all of them are asked for before the first one comes, on both nodes.
   */
  @Test
  void answers_atOnceOnBothNodes_keepTheBoundOfBytes() throws Exception {
    int count = 16;
    var all = new CountDownLatch(count);
    var text = "x".repeat(12_000);
    provider.script(
        "bytes",
        (request, answer) -> {
          all.countDown();
          all.await();
          answer.streamHead();
          answer.piece(first(text) + STOP + USAGE + DONE);
          answer.streamEnd();
        });
    var id = create(here);
    var streams = new ArrayList<StreamClient>();
    for (int i = 0; i < count; i++) {
      streams.add(
          StreamClient.ask(
              i % 2 == 0 ? here : there,
              "/api/conversations/" + id + "/messages",
              "{\"content\":\"" + i + "\",\"model\":\"bytes\"}",
              "Accept",
              "text/event-stream",
              "Cache-Control",
              "no-store"));
    }
    for (var stream : streams) {
      assertThat(Chunks.text(stream.all())).as("who listens gets all of it").isEqualTo(text);
      stream.close();
    }
    var key = RawCommand.strings(state.command("KEYS", "larder:1:conv:*:c:" + id)).getFirst();
    var fields = RawCommand.strings(state.command("HVALS", key));
    int stored = fields.stream().mapToInt(String::length).sum();
    assertThat(stored).isBetween(BYTES_MAX - 12_000, BYTES_MAX + TURN_BYTES_MAX + 8_000);
    var messages = json(new Api(here).get("/api/conversations/" + id)).get("messages");
    assertThat(messages).hasSize(2 * count);
    int complete = 0;
    for (var message : messages) {
      var content = message.get("content").asText();
      if (message.get("role").asText().equals("user")) {
        assertThat(content).matches("[0-9]{1,2}");
      } else if (message.get("state").asText().equals("complete")) {
        assertThat(content).isEqualTo(text);
        complete++;
      } else {
        assertThat(text).startsWith(content);
        assertThat(message.get("error").asText()).contains("the conversation is full");
      }
    }
    assertThat(complete).as("as many as there is room for").isBetween(5, 6);
  }

  @Test
  void answer_thatIsWaitedForWhileTheStoreIsDown_isNamedAndStoredLater() throws Exception {
    var released = new CountDownLatch(1);
    provider.script("waited", StreamsIT.inTwoHalves(released));
    var id = create(here);
    var body = "{\"content\":\"hi\",\"model\":\"waited\"}";
    var waited =
        CompletableFuture.supplyAsync(
            () -> new Api(here).post("/api/conversations/" + id + "/messages", body));
    Await.until(
        "what came is seen",
        () -> text(new Api(here).get("/api/conversations/" + id)).contains("\"content\":\"a\""));
    var turn = answer(id).get("id").asText();
    state.freeze();
    try {
      released.countDown();
      var failed = waited.get(20, TimeUnit.SECONDS);
      assertThat(failed.statusCode()).as(text(failed)).isEqualTo(503);
      assertThat(json(failed).get("turn").asText()).isEqualTo(turn);
      assertThat(text(failed)).contains("store_unavailable").doesNotContain("nothing was done");
    } finally {
      state.thaw();
    }
    Await.until("complete", () -> isThere(id) && state(id).equals("complete"));
    assertThat(answer(id).get("content").asText()).isEqualTo("ab");
  }

  @Test
  void store_downAtTheEnd_theAnswerIsStoredWhenItIsBack() {
    var released = new CountDownLatch(1);
    provider.script("owed", StreamsIT.inTwoHalves(released));
    var id = create(here);
    try (var stream = say(here, id, "owed").await("\"a\"")) {
      Await.until("what came is seen", () -> answer(id).get("content").asText().equals("a"));
      state.freeze();
      try {
        released.countDown();
        assertThat(stream.all()).contains("store_unavailable").doesNotContain("[DONE]");
      } finally {
        state.thaw();
      }
      Await.until(
          "stored", () -> new Api(here).get("/api/conversations/" + id).statusCode() == 200);
      Await.until("complete", () -> state(id).equals("complete"));
      assertThat(answer(id).get("content").asText()).isEqualTo("ab");
    }
  }
}

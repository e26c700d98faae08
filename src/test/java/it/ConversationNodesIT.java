package it;

import static it.Api.json;
import static it.Api.text;
import static it.Chunks.DONE;
import static it.Chunks.STOP;
import static it.Chunks.USAGE;
import static it.Chunks.first;
import static it.Chunks.more;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** Conversations on two nodes with one Valkey, one of which is killed again and again. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class ConversationNodesIT {
  private static final Logger LOG = System.getLogger(ConversationNodesIT.class.getName());

  /** A start takes its time; more by -Dlarder.rounds=200. */
  private static final int ROUNDS = Integer.getInteger("larder.rounds", 1);

  private static final int PARTS = 20;
  private static final int BYTES_MAX = 65_536;
  private static final int TURN_BYTES_MAX = 16_384;
  private static final String ALL =
      IntStream.range(0, PARTS).mapToObj(i -> i + " ").collect(Collectors.joining());

  /** A node vouches for 8 s. */
  private static final Duration LOSS_SEEN_MAX = Duration.ofSeconds(12);

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

  /**
   * Goal: what was acknowledged is there after any node is killed at any moment. Method: answers of
   * different paces come on a node that is killed at a random moment; then the other node is asked.
   * At last the store of state hangs before, so that an answer is in the cache alone.
   */
  @Test
  @Order(Integer.MAX_VALUE)
  void node_killedWhileAnswersCome_losesNothingThatWasAcknowledged() throws Exception {
    long seed = System.nanoTime();
    LOG.log(Level.INFO, "seed {0}, {1} rounds", String.valueOf(seed), ROUNDS);
    var random = new Random(seed);
    for (int round = 0; round < ROUNDS; round++) {
      if (round > 0) {
        there.restart();
      }
      kill(random, "seed " + seed + ", round " + round, round, round == ROUNDS - 1);
    }
  }

  private static void kill(Random random, String as, int round, boolean hangs) throws Exception {
    var ids = new ArrayList<String>();
    var streams = new ArrayList<StreamClient>();
    for (int i = 0; i < 8; i++) {
      var model = "round-" + round + "-" + i;
      script(model, random.nextInt(120));
      ids.add(create(there));
      streams.add(say(there, ids.get(i), model));
    }
    var released = new CountDownLatch(1);
    provider.script("cached", StreamsIT.inTwoHalves(released));
    var cached = create(there);
    var cachedStream = say(there, cached, "cached").await("\"a\"");
    streams.getFirst().await("data");
    TimeUnit.MILLISECONDS.sleep(random.nextInt(2_000));
    if (hangs) {
      state.freeze();
      released.countDown();
      cachedStream.await("store_unavailable");
    }
    there.process().descendants().forEach(ProcessHandle::destroyForcibly);
    there.process().destroyForcibly().waitFor();
    if (hangs) {
      state.thaw();
      Await.until("state is back", () -> isThere(cached));
      Await.until(
          "completed from the cache", LOSS_SEEN_MAX, () -> state(cached).equals("complete"));
      assertThat(answer(cached).get("content").asText()).as(as).isEqualTo("ab");
    }
    released.countDown();
    cachedStream.close();
    int complete = 0;
    for (int i = 0; i < ids.size(); i++) {
      var seen = streams.get(i).soFar();
      var id = ids.get(i);
      if (seen.contains("[DONE]")) {
        complete++;
        assertThat(answer(id).get("content").asText()).as(as).isEqualTo(ALL);
        assertThat(state(id)).as(as).isEqualTo("complete");
      } else if (seen.contains("data")) {
        assertBrokenOff(id, as);
        retry(id, "round-" + round + "-" + i);
      }
    }
    LOG.log(Level.INFO, "{0}: {1} of {2} were complete", as, complete, ids.size());
    streams.forEach(StreamClient::close);
  }

  private static void assertBrokenOff(String id, String as) {
    Await.until(as + ": loss seen", LOSS_SEEN_MAX, () -> !state(id).equals("in-progress"));
    var answer = answer(id);
    assertThat(ALL).as(as).startsWith(answer.get("content").asText());
    if (answer.get("state").asText().equals("complete")) {
      assertThat(answer.get("content").asText()).as(as).isEqualTo(ALL);
    } else {
      assertThat(answer.get("error").asText()).contains("is gone");
    }
  }

  /** The other node answers; its turn stands beside the lost one. */
  private static void retry(String id, String model) {
    try (var again = say(here, id, model)) {
      assertThat(Chunks.text(again.all())).isEqualTo(ALL);
    }
    assertThat(state(id)).isEqualTo("complete");
    var siblings = json(new Api(here).get("/api/conversations/" + id)).at("/messages/0/siblings");
    assertThat(siblings).hasSize(2);
  }

  /** Twenty parts, each after that time. */
  private static void script(String model, int millis) {
    provider.script(
        model,
        (request, answer) -> {
          answer.streamHead();
          for (int i = 0; i < PARTS; i++) {
            answer.piece(i == 0 ? first("0 ") : more(i + " "));
            TimeUnit.MILLISECONDS.sleep(millis);
          }
          answer.piece(STOP + USAGE + DONE);
          answer.streamEnd();
        });
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

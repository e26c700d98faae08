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
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Two nodes with one Valkey, one of which is killed while answers come, again and again. More
 * rounds by {@code -Dlarder.test.kill-rounds=200}; the same ones again by {@code
 * -Dlarder.test.seed}.
 */
final class ConversationKillsIT {
  private static final Logger LOG = System.getLogger(ConversationKillsIT.class.getName());
  private static final int ROUNDS = Integer.getInteger("larder.test.kill-rounds", 4);
  private static final long SEED = Long.getLong("larder.test.seed", System.nanoTime());

  /** In every so many rounds, and in the last one, an answer gets into the cache alone. */
  private static final int CACHED_EVERY = 5;

  private static final int STREAMS = 6;
  private static final int WAITERS = 2;
  private static final int PARTS = 20;
  private static final String ALL =
      IntStream.range(0, PARTS).mapToObj(i -> i + " ").collect(Collectors.joining());

  /** A node vouches for 8 s. */
  private static final Duration LOSS_SEEN_MAX = Duration.ofSeconds(12);

  private static ScriptedProvider provider;
  private static ValkeyProcess answers;
  private static ValkeyProcess state;
  private static List<LarderProcess> nodes;

  private final Random random = new Random(SEED);
  private final AtomicInteger acknowledged = new AtomicInteger();
  private final AtomicInteger brokenOff = new AtomicInteger();
  private final AtomicInteger withoutItsEnd = new AtomicInteger();
  private final AtomicInteger signedIn = new AtomicInteger();

  /** A round: who is killed, who is asked then, and what to say of it. */
  private record Round(int number, LarderProcess killed, LarderProcess asked) {
    String model(int i) {
      return "round-" + number + "-" + i;
    }

    @Override
    public String toString() {
      return "seed " + SEED + ", round " + number;
    }
  }

  @BeforeAll
  static void start() {
    provider = ScriptedProvider.start();
    answers = ValkeyProcess.start();
    state = ValkeyProcess.start();
    var other = CompletableFuture.supplyAsync(() -> node("kills-b"));
    nodes = List.of(node("kills-a"), other.join());
  }

  private static LarderProcess node(String name) {
    return LarderProcess.start(
        name,
        Map.of(
            "LARDER_VALKEY_CACHE_URI", answers.uri(),
            "LARDER_VALKEY_STATE_URI", state.uri(),
            // a busy machine is no reason to find nothing
            "LARDER_VALKEY_READ_TIMEOUT", "PT2S",
            "LARDER_VALKEY_CONNECTION_WAIT", "PT1S",
            "LARDER_PROVIDER_P_URL", provider.url()));
  }

  @AfterAll
  static void stop() throws Exception {
    nodes.forEach(LarderProcess::close);
    answers.close();
    state.close();
    provider.close();
  }

  /**
   * Goal: what was acknowledged is there after any node is killed at any moment. Method: answers of
   * different paces come on a node, to readers of streams and to who waits for the whole, and
   * browsers sign in and begin conversations, until it is killed at a random moment; then the other
   * node is asked. Now and then the store of state hangs before, so that an answer is in the cache
   * alone.
   */
  @Test
  void node_killedWhileAnswersCome_losesNothingThatWasAcknowledged() throws Exception {
    LOG.log(Level.INFO, "seed {0}, {1} rounds", String.valueOf(SEED), ROUNDS);
    for (int number = 0; number < ROUNDS; number++) {
      int killed = random.nextInt(2);
      var round = new Round(number, nodes.get(killed), nodes.get(1 - killed));
      boolean hangs = number % CACHED_EVERY == CACHED_EVERY - 1 || number == ROUNDS - 1;
      run(round, hangs);
      LOG.log(
          Level.INFO,
          "{0}: so far {1} acknowledged and there, {2} broken off, {3} complete that the node could"
              + " not store, {4} signed in and still so",
          round.toString(),
          acknowledged,
          brokenOff,
          withoutItsEnd,
          signedIn);
    }
    assertThat(signedIn.get()).as("seed " + SEED).isPositive();
  }

  private void run(Round round, boolean hangs) throws Exception {
    var ids = new ArrayList<String>();
    var streams = new ArrayList<StreamClient>();
    var waiters = new ArrayList<CompletableFuture<HttpResponse<byte[]>>>();
    for (int i = 0; i < STREAMS + WAITERS; i++) {
      script(round.model(i), random.nextInt(120));
      ids.add(create(round.killed()));
      if (i < STREAMS) {
        streams.add(say(round.killed(), ids.get(i), round.model(i)));
      } else {
        waiters.add(await(round.killed(), ids.get(i), round.model(i)));
      }
    }
    var released = new CountDownLatch(1);
    var cachedModel = "cached-" + round.number();
    provider.script(cachedModel, StreamsIT.inTwoHalves(released));
    var cached = create(round.killed());
    var pages = PageUse.start(round.killed(), random.nextLong());
    try (var cachedStream = say(round.killed(), cached, cachedModel).await("\"a\"")) {
      streams.getFirst().await("data");
      // a slow machine may be killed too soon to have said anything, and prove nothing
      pages.awaitSignedIn();
      TimeUnit.MILLISECONDS.sleep(random.nextInt(2_500));
      if (hangs) {
        state.freeze();
        released.countDown();
        cachedStream.await("store_unavailable");
      }
      kill(round.killed());
    } finally {
      state.thaw();
      released.countDown();
    }
    var checks = new ArrayList<Callable<Void>>();
    if (hangs) {
      checks.add(check(() -> assertRecovered(round, cached)));
    }
    for (int i = 0; i < STREAMS; i++) {
      var stream = streams.get(i);
      var id = ids.get(i);
      var model = round.model(i);
      checks.add(check(() -> assertStream(round, model, id, stream)));
    }
    for (int i = 0; i < WAITERS; i++) {
      var waiter = waiters.get(i);
      var id = ids.get(STREAMS + i);
      checks.add(check(() -> assertWaited(round, id, waiter)));
    }
    checks.add(
        () -> {
          signedIn.addAndGet(pages.assertKept(round.asked(), round.toString()));
          return null;
        });
    if (round.number() < ROUNDS - 1) {
      // as a supervisor does: at once, whatever the other node has still to find out
      checks.add(check(round.killed()::restart));
    }
    atOnce(checks);
  }

  private static Callable<Void> check(Runnable check) {
    return () -> {
      check.run();
      return null;
    };
  }

  /** Each waits for the loss to be seen and for a whole answer. */
  private static void atOnce(List<Callable<Void>> checks) throws Exception {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var check : threads.invokeAll(checks)) {
        check.get();
      }
    }
  }

  private static void kill(LarderProcess node) throws InterruptedException {
    node.process().descendants().forEach(ProcessHandle::destroyForcibly);
    node.process().destroyForcibly().waitFor();
  }

  private static String create(LarderProcess node) {
    var made = new Api(node).post("/api/conversations", "{}");
    assertThat(made.statusCode()).as(text(made)).isEqualTo(201);
    return json(made).get("id").asText();
  }

  private static String question(String model) {
    return "{\"content\":\"hi\",\"parent\":null,\"model\":\"" + model + "\"}";
  }

  private static StreamClient say(LarderProcess node, String id, String model) {
    return StreamClient.ask(
        node,
        "/api/conversations/" + id + "/messages",
        question(model),
        "Accept",
        "text/event-stream");
  }

  private static CompletableFuture<HttpResponse<byte[]>> await(
      LarderProcess node, String id, String model) {
    return CompletableFuture.supplyAsync(
        () -> new Api(node).post("/api/conversations/" + id + "/messages", question(model)));
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

  /** What the other node reads; that it cannot read now, under load, loses nothing. */
  private static JsonNode messages(Round round, String id) {
    var api = new Api(round.asked());
    var read = Api.settled(() -> api.get("/api/conversations/" + id));
    assertThat(read.statusCode()).as(round + ": " + text(read)).isEqualTo(200);
    return json(read).get("messages");
  }

  private static JsonNode answer(Round round, String id) {
    var messages = messages(round, id);
    assertThat(messages).as(round.toString()).hasSize(2);
    assertThat(messages.get(0).get("content").asText()).isEqualTo("hi");
    return messages.get(1);
  }

  private static String state(Round round, String id) {
    return answer(round, id).get("state").asText();
  }

  private static void assertComplete(Round round, String id) {
    var answer = answer(round, id);
    assertThat(answer.get("state").asText()).as(round.toString()).isEqualTo("complete");
    assertThat(answer.get("content").asText()).as(round.toString()).isEqualTo(ALL);
  }

  /** From the cache; or by what Valkey had received of the node, and did when it went on. */
  private void assertRecovered(Round round, String id) {
    Await.until(
        "state is back",
        () -> new Api(round.asked()).get("/api/conversations/" + id).statusCode() == 200);
    Await.until(
        round + ": complete all the same",
        LOSS_SEEN_MAX,
        () -> state(round, id).equals("complete"));
    assertThat(answer(round, id).get("content").asText()).as(round.toString()).isEqualTo("ab");
    withoutItsEnd.incrementAndGet();
  }

  private void assertStream(Round round, String model, String id, StreamClient stream) {
    try (stream) {
      var seen = stream.soFar();
      if (seen.contains("[DONE]")) {
        assertComplete(round, id);
        acknowledged.incrementAndGet();
      } else if (seen.contains("data")) {
        assertBrokenOff(round, id);
        retry(round, id, model);
        brokenOff.incrementAndGet();
      }
    }
  }

  private void assertWaited(
      Round round, String id, CompletableFuture<HttpResponse<byte[]>> waiter) {
    // a killed node closes its connections, so it has ended one way or the other
    var response = waiter.handle((answer, failure) -> answer).join();
    if (response != null && response.statusCode() == 200) {
      assertThat(json(response).get("content").asText()).as(round.toString()).isEqualTo(ALL);
      assertComplete(round, id);
      acknowledged.incrementAndGet();
    } else if (!messages(round, id).isEmpty()) {
      assertBrokenOff(round, id);
      brokenOff.incrementAndGet();
    }
  }

  private static void assertBrokenOff(Round round, String id) {
    Await.until(
        round + ": loss seen", LOSS_SEEN_MAX, () -> !state(round, id).equals("in-progress"));
    var answer = answer(round, id);
    assertThat(ALL).as(round.toString()).startsWith(answer.get("content").asText());
    if (answer.get("state").asText().equals("complete")) {
      assertComplete(round, id);
    } else {
      assertThat(answer.get("error").asText()).as(round.toString()).contains("is gone");
    }
  }

  /** The other node answers; its turn stands beside the lost one. */
  private static void retry(Round round, String id, String model) {
    try (var again = say(round.asked(), id, model)) {
      assertThat(Chunks.text(again.all())).as(round.toString()).isEqualTo(ALL);
    }
    assertComplete(round, id);
    assertThat(messages(round, id).get(0).get("siblings")).hasSize(2);
  }
}

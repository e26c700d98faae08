package it;

import static it.Api.header;
import static it.Api.json;
import static it.Api.text;
import static it.Chunks.DONE;
import static it.Chunks.STOP;
import static it.Chunks.USAGE;
import static it.Chunks.first;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Conversations over HTTP, with a real Valkey and a provider that does as it is told. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class ConversationsIT {
  private static final String KEY_256 = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
  private static final String SSE = "text/event-stream";

  private static ScriptedProvider provider;
  private static ValkeyProcess valkey;
  private static LarderProcess node;

  @BeforeAll
  static void start() {
    provider = ScriptedProvider.start();
    valkey = ValkeyProcess.start();
    node =
        LarderProcess.start(
            "conversations",
            Map.of(
                "LARDER_VALKEY_URI", valkey.uri(),
                "LARDER_CACHE_ENCRYPTION_KEY", KEY_256,
                "LARDER_CONVERSATION_WINDOW_BYTES_MAX", "1024",
                "LARDER_LIMITS_USER", "requests=200;w=60, few?requests=1;w=60;model=p-few",
                "LARDER_PROVIDER_P_URL", provider.url(),
                "LARDER_PROVIDER_P_MODELS", "p-*",
                "LARDER_PROVIDER_P_RETRIES", "0",
                "LARDER_PROVIDER_A_KIND", "anthropic",
                "LARDER_PROVIDER_A_URL", provider.url(),
                "LARDER_PROVIDER_A_MODELS", "a-*"));
  }

  @AfterAll
  static void stop() throws Exception {
    node.close();
    valkey.close();
    provider.close();
  }

  /** Somebody at a node. */
  private record User(LarderProcess at, String key) {
    static User of(String name) {
      var made = new Api(node).post("/api/keys", "{\"owner\":\"" + name + "\"}");
      assertThat(made.statusCode()).as(text(made)).isEqualTo(201);
      return new User(node, json(made).get("key").asText());
    }

    HttpResponse<byte[]> send(String method, String path, String body, String... headers) {
      var request =
          HttpRequest.newBuilder(at.uri("/api/conversations" + path))
              .timeout(Duration.ofSeconds(30))
              .header("x-api-key", key)
              .method(method, HttpRequest.BodyPublishers.ofString(body));
      if (headers.length > 0) {
        request.headers(headers);
      }
      return LarderProcess.send(request.build());
    }

    HttpResponse<byte[]> get(String path) {
      var answer = send("GET", path, "");
      assertThat(answer.statusCode()).as(text(answer)).isEqualTo(200);
      return answer;
    }

    String create(String title) {
      var made = send("POST", "", "{\"title\":\"" + title + "\"}");
      assertThat(made.statusCode()).as(text(made)).isEqualTo(201);
      assertThat(header(made, "ETag")).isEqualTo("\"1\"");
      return json(made).get("id").asText();
    }

    HttpResponse<byte[]> say(String id, String body, String... headers) {
      return send("POST", "/" + id + "/messages", body, headers);
    }

    JsonNode read(String id) {
      return json(get("/" + id)).get("messages");
    }
  }

  private static User admin() {
    return new User(node, LarderProcess.KEY);
  }

  private static String q(String model, String content) {
    return "{\"content\":\"" + content + "\",\"model\":\"" + model + "\"}";
  }

  /** Answers every request with a text, whole. */
  private static void answers(String model, String text) {
    provider.script(
        model,
        (request, answer) -> {
          answer.streamHead();
          answer.piece(first(text) + STOP + USAGE + DONE);
          answer.streamEnd();
        });
  }

  /** The same in the other wire. */
  private static void answersInAnthropic(String model, String text) {
    provider.script(
        model,
        (request, answer) -> {
          answer.streamHead();
          answer.piece(
              "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"m\",\"type\":\"message\","
                  + "\"role\":\"assistant\",\"model\":\"a-1\",\"content\":[],\"stop_reason\":null,\"stop_sequence\":null,"
                  + "\"usage\":{\"input_tokens\":5,\"output_tokens\":1}}}\n\n"
                  + "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":"
                  + "{\"type\":\"text\",\"text\":\"\"}}\n\n"
                  + "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":"
                  + "{\"type\":\"text_delta\",\"text\":\""
                  + text
                  + "\"}}\n\n"
                  + "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\n"
                  + "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\","
                  + "\"stop_sequence\":null},\"usage\":{\"output_tokens\":9}}\n\n"
                  + "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n");
          answer.streamEnd();
        });
  }

  private static List<String> texts(JsonNode messages) {
    var texts = new ArrayList<String>();
    messages.forEach(one -> texts.add(one.get("content").asText()));
    return texts;
  }

  private static String state(JsonNode messages) {
    return messages.get(messages.size() - 1).get("state").asText();
  }

  @Test
  void conversation_fromItsBeginToItsEnd() {
    var anna = User.of("anna");
    var id = anna.create("Jam & Co");
    var other = anna.create("other");
    var listed = json(anna.get("")).get("conversations");
    assertThat(listed.findValuesAsText("id")).containsExactly(other, id);
    assertThat(json(anna.get("?title=jam%20%26")).get("conversations").findValuesAsText("id"))
        .containsExactly(id);

    var patched =
        anna.send("PATCH", "/" + id, "{\"title\":\"Jam\",\"tags\":[\"k\"]}", "If-Match", "\"1\"");
    assertThat(patched.statusCode()).as(text(patched)).isEqualTo(200);
    assertThat(header(patched, "ETag")).isEqualTo("\"2\"");
    assertThat(json(anna.get("?tag=k")).get("conversations").get(0).get("title").asText())
        .isEqualTo("Jam");
    for (var stale : List.of("\"1\"", "\"x\"", "W/\"1\"")) {
      var refused = anna.send("PATCH", "/" + id, "{\"title\":\"no\"}", "If-Match", stale);
      assertThat(refused.statusCode()).isEqualTo(412);
      assertThat(header(refused, "Content-Type")).startsWith("application/problem+json");
      assertThat(anna.send("DELETE", "/" + id, "", "If-Match", stale).statusCode()).isEqualTo(412);
    }
    assertThat(anna.send("GET", "/" + id, "", "If-None-Match", "\"2\"").statusCode())
        .isEqualTo(304);
    var page = json(anna.get("?limit=1"));
    assertThat(page.get("conversations").findValuesAsText("id")).containsExactly(id);
    assertThat(
            json(anna.get("?limit=1&cursor=" + page.get("cursor").asText()))
                .get("conversations")
                .findValuesAsText("id"))
        .containsExactly(other);
    assertThat(anna.send("DELETE", "/" + id, "", "If-Match", "\"2\"").statusCode()).isEqualTo(204);
    assertThat(anna.send("GET", "/" + id, "").statusCode()).isEqualTo(404);
    assertThat(anna.send("DELETE", "/" + other, "").statusCode()).isEqualTo(204);
    assertThat(valkey.command("KEYS", "larder:1:conv:*anna*")).startsWith("*0");
  }

  /** What a change answers is what that change has written, whatever others do meanwhile. */
  @Test
  void change_fromTwoTabsAtOnce_eachIsAnsweredWithItsOwn() throws Exception {
    var id = admin().create("t");
    var tasks = new ArrayList<Callable<List<String>>>();
    for (int i = 0; i < 60; i++) {
      var title = "title " + i;
      tasks.add(
          () -> {
            var answer = admin().send("PATCH", "/" + id, "{\"title\":\"" + title + "\"}");
            assertThat(answer.statusCode()).as(text(answer)).isEqualTo(200);
            assertThat(json(answer).get("title").asText()).isEqualTo(title);
            return List.of(header(answer, "ETag"), title);
          });
    }
    var byTag = new HashMap<String, String>();
    try (var threads = Executors.newFixedThreadPool(8)) {
      for (var one : threads.invokeAll(tasks)) {
        byTag.put(one.get().getFirst(), one.get().getLast());
      }
    }
    assertThat(byTag).hasSize(60);
    assertThat(byTag.get("\"61\"")).isEqualTo(json(admin().get("/" + id)).get("title").asText());
  }

  @Test
  void say_json_isTheFinishedTurnAndARepeatIsAHit() {
    answers("p-json", "In a larder");
    var id = admin().create("t");
    var turn = admin().say(id, q("p-json", "Where?"));
    assertThat(turn.statusCode()).as(text(turn)).isEqualTo(200);
    var answer = json(turn);
    assertThat(answer.get("role").asText()).isEqualTo("assistant");
    assertThat(answer.get("content").asText()).isEqualTo("In a larder");
    assertThat(answer.get("state").asText()).isEqualTo("complete");
    assertThat(answer.get("model").asText()).isEqualTo("p-json");
    assertThat(answer.get("provider").asText()).isEqualTo("p");
    assertThat(answer.get("cache").asText()).isEqualTo("MISS");
    assertThat(answer.at("/usage/output").asInt()).isEqualTo(4);
    assertThat(answer.get("stream").asText()).isNotEmpty();
    assertThat(texts(admin().read(id))).containsExactly("Where?", "In a larder");

    var metrics = text(new Api(node).get("/metrics"));
    assertThat(metrics)
        .containsPattern("larder_conversation_answers_total\\{[^}]*result=\"complete\"")
        .containsPattern("larder_conversation_answers_open")
        .containsPattern("larder_conversation_store_seconds_count\\{[^}]*operation=\"append\"");
    var hit = json(admin().say(admin().create("u"), q("p-json", "Where?")));
    assertThat(hit.get("cache").asText()).isEqualTo("HIT");
    assertThat(hit.get("content").asText()).isEqualTo("In a larder");
    assertThat(hit.at("/usage/output").asInt()).isEqualTo(4);
    admin().say(id, q("p-json", "And then?"));
    var requests = provider.requests("p-json");
    assertThat(requests).hasSize(2);
    assertThat(requests.getLast().body())
        .contains(
            "\"messages\":[{\"role\":\"user\",\"content\":\"Where?\"},{\"role\":\"assistant\","
                + "\"content\":\"In a larder\"},{\"role\":\"user\",\"content\":\"And then?\"}]");
  }

  @Test
  void say_furtherMembers_goToTheProvider() {
    answers("p-further", "x");
    var body =
        q("p-further", "hi")
            .replace("{\"c", "{\"system\":\"Be brief\",\"temperature\":0.5,\"stop\":[\"z\"],\"c");
    var turn = admin().say(admin().create("t"), body);
    assertThat(turn.statusCode()).as(text(turn)).isEqualTo(200);
    assertThat(provider.requests("p-further").getLast().body())
        .contains("\"temperature\":0.5", "\"stop\":[\"z\"]", "\"stream\":true")
        .contains("[{\"role\":\"system\",\"content\":\"Be brief\"},{\"role\":\"user\"")
        .doesNotContain("parent");
  }

  @Test
  void say_sse_isInTheWireAndStoredBeforeItsEnd() {
    var released = new CountDownLatch(1);
    provider.script("p-sse", StreamsIT.inTwoHalves(released));
    var id = admin().create("t");
    try (var stream = stream(id, q("p-sse", "hi")).await("\"a\"")) {
      assertThat(stream.header("Content-Type")).startsWith(SSE);
      assertThat(stream.header("X-Cache")).isEqualTo("MISS");
      var messages = admin().read(id);
      assertThat(state(messages)).isEqualTo("in-progress");
      assertThat(messages.get(1).get("stream").asText()).isEqualTo(stream.header("Larder-Stream"));
      assertThat(messages.get(1).get("id").asText()).isEqualTo(stream.header("Larder-Turn"));
      Await.until("what came is stored", () -> texts(admin().read(id)).contains("a"));
      released.countDown();
      stream.await("[DONE]");
      assertThat(texts(admin().read(id))).containsExactly("hi", "ab");
      assertThat(state(admin().read(id))).isEqualTo("complete");
      assertThat(Chunks.text(stream.all())).isEqualTo("ab");
    }
  }

  private static StreamClient stream(String id, String body, String... headers) {
    var all = new ArrayList<>(List.of("Accept", SSE));
    all.addAll(List.of(headers));
    return StreamClient.ask(
        node, "/api/conversations/" + id + "/messages", body, all.toArray(String[]::new));
  }

  @Test
  void say_toAnAnthropicModel_isInThatWire() {
    answersInAnthropic("a-1", "Jam");
    var id = admin().create("t");
    var body = q("a-1", "hi").replace("{\"c", "{\"system\":\"Be brief\",\"c");
    try (var stream = stream(id, body)) {
      assertThat(stream.all()).contains("event: message_stop");
    }
    var turn = admin().read(id).get(1);
    assertThat(turn.get("content").asText()).isEqualTo("Jam");
    assertThat(turn.at("/usage/input").asInt()).isEqualTo(5);
    assertThat(turn.at("/usage/output").asInt()).isEqualTo(9);
    assertThat(provider.requests("a-1").getFirst().body())
        .contains(
            "\"max_tokens\":4096", "\"system\":\"Be brief\"", "\"messages\":[{\"role\":\"user\"");
  }

  /** Images go to the provider as they were, and to one of the other wire in its shape. */
  @Test
  void say_parts_areKeptAsTheyWereAndSentInTheWireOfTheModel() {
    answers("p-parts", "A jar");
    answersInAnthropic("a-parts", "of jam");
    var id = admin().create("t");
    var link = "\"url\":\"https://example.org/jar.png?size=1\"";
    var data = "AAAA".repeat(500);
    var openAi =
        "[{\"type\":\"text\",\"text\":\"What is this?\"},{\"type\":\"image_url\",\"image_url\":{\"url\":"
            + "\"data:image/png;base64,"
            + data
            + "\",\"detail\":\"low\"}},{\"type\":\"image_url\",\"image_url\":{"
            + link
            + "}}]";
    var first = admin().say(id, "{\"model\":\"p-parts\",\"content\":" + openAi + "}");
    assertThat(first.statusCode()).as(text(first)).isEqualTo(200);
    assertThat(provider.requests("p-parts").getLast().body())
        .contains("\"messages\":[{\"role\":\"user\",\"content\":" + openAi + "}]");
    assertThat(text(admin().get("/" + id))).contains("\"content\":" + openAi);

    var below = "\"parent\":\"" + json(first).get("id").asText() + "\",\"content\":";
    var second = admin().say(id, "{\"model\":\"a-parts\"," + below + openAi + "}");
    assertThat(second.statusCode()).as(text(second)).isEqualTo(200);
    assertThat(provider.requests("a-parts").getLast().body())
        .contains(
            "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"What is this?\"},{\"type\":\"image\",\"source\":"
                + "{\"type\":\"base64\",\"media_type\":\"image/png\",\"data\":\""
                + data
                + "\"}},{\"type\":\"image\",\"source\":{\"type\":\"url\","
                + link
                + "}}]}]");
    var anthropic =
        "[{\"type\":\"image\",\"source\":{\"type\":\"base64\",\"media_type\":\"image/webp\",\"data\":\"BBBB\"}}]";
    var third = admin().say(id, "{\"model\":\"a-parts\",\"content\":" + anthropic + "}");
    assertThat(third.statusCode()).as(text(third)).isEqualTo(200);
    assertThat(provider.requests("a-parts").getLast().body())
        .contains("{\"role\":\"user\",\"content\":" + anthropic + "}]");
    assertThat(text(admin().get("/" + id))).contains(openAi, anthropic);

    var copy = json(admin().send("POST", "/import", text(admin().get("/" + id + "/export"))));
    var copied = text(admin().get("/" + copy.get("ids").get(0).asText()));
    assertThat(copied).contains(openAi, anthropic);
    assertThat(text(admin().get("/" + id + "/export?format=markdown")))
        .contains("What is this?", "\\[image\\: image\\/png\\]")
        .doesNotContain("AAAA");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '!',
      quoteCharacter = '`',
      value = {
        "[]! content must be 1 to 100 parts, was 0",
        "[{\"type\":\"input_audio\"}]! content[0].type must be text, image_url or image, was input_audio",
        "[{\"type\":\"image_url\",\"image_url\":{\"url\":\"http://x/y\"}}]! content[0].image_url.url must be https"
      })
  void say_badParts_areNamedAndNothingIsStored(String content, String message) {
    var id = admin().create("t");
    var answer = admin().say(id, "{\"model\":\"p-x\",\"content\":" + content + "}");
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(json(answer).get("detail").asText()).contains(message);
    assertThat(admin().read(id)).isEmpty();
  }

  @Test
  void say_belowAnOlderTurn_isABranch() {
    answers("p-branch", "x");
    var id = admin().create("t");
    var first = json(admin().say(id, q("p-branch", "one")));
    admin().say(id, q("p-branch", "two"));
    var edit =
        q("p-branch", "two!")
            .replace("{\"c", "{\"parent\":\"" + first.get("id").asText() + "\",\"c");
    assertThat(admin().say(id, edit, "If-Match", "\"1\"").statusCode()).isEqualTo(412);
    var tag = header(admin().get("/" + id), "ETag");
    assertThat(admin().say(id, edit, "If-Match", tag).statusCode()).isEqualTo(200);

    var messages = admin().read(id);
    assertThat(texts(messages)).containsExactly("one", "x", "two!", "x");
    assertThat(messages.get(2).get("siblings")).hasSize(2);
    var old = messages.get(2).get("siblings").get(0).asText();
    var branch = json(admin().get("/" + id + "?leaf=" + old)).get("messages");
    assertThat(texts(branch)).containsExactly("one", "x", "two", "x");
    assertThat(admin().send("GET", "/" + id + "?leaf=nobody", "").statusCode()).isEqualTo(404);
    assertThat(admin().send("PATCH", "/" + id, "{\"leaf\":\"" + old + "\"}").statusCode())
        .isEqualTo(200);
    assertThat(texts(admin().read(id))).containsExactly("one", "x", "two");
    var top = q("p-branch", "top").replace("{\"c", "{\"parent\":null,\"c");
    admin().say(id, top);
    assertThat(texts(admin().read(id))).containsExactly("top", "x");
    var unknown = q("p-branch", "x").replace("{\"c", "{\"parent\":\"nobody\",\"c");
    assertThat(admin().say(id, unknown).statusCode()).isEqualTo(404);

    var whole = admin().get("/" + id + "/export");
    assertThat(header(whole, "Content-Disposition")).startsWith("attachment;");
    assertThat(json(whole).get("messages")).hasSize(8);
    var taken = admin().send("POST", "/import", text(whole));
    var copy = json(taken).get("ids").get(0).asText();
    assertThat(texts(admin().read(copy))).containsExactly("top", "x");
    var markdown = admin().get("/" + id + "/export?format=markdown");
    assertThat(header(markdown, "Content-Type")).startsWith("text/markdown");
    assertThat(text(markdown)).contains("## user\n\n> top\n").doesNotContain("two");
    assertThat(admin().send("GET", "/" + id + "/export?format=pdf", "").statusCode())
        .isEqualTo(400);
  }

  @Test
  void say_fromTwoTabsAtOnce_bothAreKept() throws Exception {
    answers("p-tabs", "x");
    var id = admin().create("t");
    var tasks = new ArrayList<Callable<HttpResponse<byte[]>>>();
    for (int i = 0; i < 10; i++) {
      var body = q("p-tabs", "tab " + i);
      tasks.add(() -> admin().say(id, body));
    }
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var one : threads.invokeAll(tasks)) {
        assertThat(one.get().statusCode()).as(text(one.get())).isEqualTo(200);
      }
    }
    var messages = admin().read(id);
    assertThat(messages).hasSize(20);
    for (int i = 0; i < 20; i += 2) {
      assertThat(messages.get(i).get("role").asText()).isEqualTo("user");
      assertThat(messages.get(i + 1).get("state").asText()).isEqualTo("complete");
    }
  }

  @Test
  void say_withAKey_isAskedOnce() {
    answers("p-key", "x");
    var id = admin().create("t");
    var first = admin().say(id, q("p-key", "hi"), "Idempotency-Key", "k");
    var again = admin().say(id, q("p-key", "hi"), "Idempotency-Key", "k");
    assertThat(again.statusCode()).isEqualTo(200);
    assertThat(json(again)).isEqualTo(json(first));
    assertThat(admin().say(id, q("p-key", "ho"), "Idempotency-Key", "k").statusCode())
        .isEqualTo(422);
    try (var stream = stream(id, q("p-key", "hi"), "Idempotency-Key", "k")) {
      assertThat(Chunks.text(stream.all())).isEqualTo("x");
    }
    assertThat(admin().read(id)).hasSize(2);
    assertThat(provider.requests("p-key")).hasSize(1);
  }

  @Test
  void say_moreThanTheWindow_isTrimmedButKept() {
    answers("p-window", "x".repeat(300));
    var id = admin().create("t");
    for (int i = 0; i < 3; i++) {
      assertThat(admin().say(id, q("p-window", i + "y".repeat(300))).statusCode()).isEqualTo(200);
    }
    var messages = admin().read(id);
    assertThat(messages).hasSize(6);
    assertThat(messages.get(5).get("trimmed").asInt()).isEqualTo(2);
    assertThat(provider.requests("p-window").getLast().body())
        .doesNotContain("\"0yyy")
        .contains("\"1yyy", "\"2yyy");
  }

  @Test
  void client_leavesInTheMiddle_theAnswerIsCompletedAndCanBeResumed() {
    var released = new CountDownLatch(1);
    provider.script("p-left", StreamsIT.inTwoHalves(released));
    var id = admin().create("t");
    var stream = stream(id, q("p-left", "hi")).await("\"a\"");
    var name = admin().read(id).get(1).get("stream").asText();
    stream.close();
    try (var reloaded = StreamClient.resume(node, name, 0).await("\"a\"")) {
      released.countDown();
      assertThat(Chunks.text(reloaded.all())).isEqualTo("ab");
    }
    Await.until("the turn is complete", () -> state(admin().read(id)).equals("complete"));
    assertThat(texts(admin().read(id))).containsExactly("hi", "ab");
    assertThat(provider.requests("p-left")).hasSize(1);
  }

  @Test
  void provider_fails_theTurnsStayAndAnotherTryIsABranch() {
    var calls = new AtomicInteger();
    provider.script(
        "p-fails",
        (request, answer) -> {
          switch (calls.incrementAndGet()) {
            case 1 ->
                answer.whole(
                    422,
                    "application/json",
                    "{\"error\":{\"message\":\"not with me\"}}",
                    "Retry-After: 7");
            case 2 -> {
              answer.streamHead();
              answer.piece(first("par"));
              answer.cut();
            }
            case 3 -> {
              answer.streamHead();
              answer.piece(first("ts") + "data: {\"error\":{\"message\":\"overloaded\"}}\n\n");
              answer.streamEnd();
            }
            default -> {
              answer.streamHead();
              answer.piece(first("ok") + STOP + DONE);
              answer.streamEnd();
            }
          }
        });
    var id = admin().create("t");
    var retry = q("p-fails", "hi").replace("{\"c", "{\"parent\":null,\"c");
    var refused = admin().say(id, retry);
    assertThat(refused.statusCode()).isEqualTo(422);
    assertThat(text(refused)).contains("provider_refused", "not with me");
    assertThat(header(refused, "Retry-After")).isEqualTo("7");
    assertThat(state(admin().read(id))).isEqualTo("failed");
    assertThat(admin().read(id).get(1).get("error").asText()).isEqualTo("not with me");

    var turn = json(refused).get("turn").asText();
    assertThat(turn).isEqualTo(admin().read(id).get(1).get("id").asText());

    var broken = admin().say(id, retry);
    assertThat(broken.statusCode()).isEqualTo(502);
    assertThat(text(broken)).contains("provider_failed", "broke off");
    assertThat(json(broken).get("turn").asText())
        .isEqualTo(admin().read(id).get(1).get("id").asText());
    assertThat(texts(admin().read(id))).containsExactly("hi", "par");
    assertThat(state(admin().read(id))).isEqualTo("interrupted");
    try (var stream = stream(id, retry)) {
      assertThat(stream.all()).contains("overloaded").doesNotContain("[DONE]");
    }
    assertThat(texts(admin().read(id))).containsExactly("hi", "ts");
    assertThat(state(admin().read(id))).isEqualTo("interrupted");
    assertThat(admin().read(id).get(1).get("error").asText()).isEqualTo("overloaded");
    assertThat(admin().say(id, retry).statusCode()).isEqualTo(200);
    assertThat(texts(admin().read(id))).containsExactly("hi", "ok");
    assertThat(admin().read(id).get(0).get("siblings")).hasSize(4);
  }

  @Test
  void deleted_underAnOpenStream_staysDeleted() {
    var released = new CountDownLatch(1);
    provider.script("p-deleted", StreamsIT.inTwoHalves(released));
    var id = admin().create("t");
    try (var stream = stream(id, q("p-deleted", "hi")).await("\"a\"")) {
      assertThat(admin().send("DELETE", "/" + id, "").statusCode()).isEqualTo(204);
      released.countDown();
      assertThat(Chunks.text(stream.all())).isEqualTo("ab");
    }
    assertThat(admin().send("GET", "/" + id, "").statusCode()).isEqualTo(404);
    assertThat(valkey.command("KEYS", "larder:1:conv:*:c:" + id)).startsWith("*0");
  }

  @Test
  void foreign_conversation_isNotThere() {
    answers("p-foreign", "x");
    var bert = User.of("bert");
    var eve = User.of("eve");
    var id = bert.create("secret");
    for (var path : List.of("/" + id, "/" + id + "/export", "/" + id + "/export?format=markdown")) {
      assertThat(eve.send("GET", path, "").statusCode()).isEqualTo(404);
      assertThat(admin().send("GET", path, "").statusCode()).isEqualTo(404);
    }
    assertThat(eve.send("PATCH", "/" + id, "{\"title\":\"x\"}").statusCode()).isEqualTo(404);
    assertThat(eve.send("DELETE", "/" + id, "").statusCode()).isEqualTo(404);
    assertThat(eve.say(id, q("p-foreign", "hi")).statusCode()).isEqualTo(404);
    assertThat(json(eve.get("")).get("conversations")).isEmpty();
    assertThat(json(bert.get("")).get("conversations")).hasSize(1);
    assertThat(provider.requests("p-foreign")).isEmpty();
  }

  @Test
  void limits_ofTheCaller_hold() {
    answers("p-few", "x");
    var carl = User.of("carl");
    var id = carl.create("t");
    assertThat(carl.say(id, q("p-few", "one")).statusCode()).isEqualTo(200);
    var refused = carl.say(id, q("p-few", "two"));
    assertThat(refused.statusCode()).isEqualTo(429);
    assertThat(header(refused, "Content-Type")).startsWith("application/problem+json");
    assertThat(Integer.parseInt(header(refused, "Retry-After"))).isBetween(1, 61);
    assertThat(state(carl.read(id))).isEqualTo("failed");
    assertThat(provider.requests("p-few")).hasSize(1);

    var last = refused;
    for (int i = 0; i < 250 && !text(last).contains("limit user-requests of user"); i++) {
      last = carl.say(id, q("p-few", "x" + i));
    }
    assertThat(text(last)).contains("limit user-requests of user is reached: 200 requests in 60 s");
    assertThat(header(last, "RateLimit-Policy")).contains("\"user-requests\";q=200;w=60");
    for (var path : List.of("/messages/", "/messages;x=1", "/mess%61ges")) {
      var around = carl.send("POST", "/" + id + path, q("p-few", "y"));
      assertThat(around.statusCode()).as(path).isIn(404, 429);
    }
    int turns = carl.read(id).size();
    assertThat(carl.say(id, q("p-few", "y")).statusCode()).isEqualTo(429);
    assertThat(carl.read(id).size()).as("refused at the door, so not stored").isEqualTo(turns);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '!',
      quoteCharacter = '`',
      value = {
        "{}! 400",
        "{\"content\":\"x\"}! 400",
        "{\"model\":\"p-x\"}! 400",
        "{\"content\":7,\"model\":\"p-x\"}! 400",
        "{\"content\":\"\",\"model\":\"p-x\"}! 400",
        "{\"content\":\"x\",\"model\":\"p-x\",\"messages\":[]}! 400",
        "{\"content\":\"x\",\"model\":\"p-x\",\"stream\":false}! 400",
        "{\"content\":\"x\",\"model\":\"p-x\",\"parent\":7}! 400",
        "{\"content\":\"x\",\"model\":\"nobody-has-it\"}! 404",
        "[]! 400",
        "{! 400"
      })
  void say_badInput_storesNothing(String body, int status) {
    var id = admin().create("t");
    var answer = admin().say(id, body);

    assertThat(answer.statusCode()).as(text(answer)).isEqualTo(status);
    assertThat(header(answer, "Content-Type")).startsWith("application/problem+json");
    assertThat(admin().read(id)).isEmpty();
  }

  @Test
  void say_tooMuch_is413() {
    var id = admin().create("t");
    for (int mib : new int[] {2, 10}) {
      var answer = admin().say(id, q("p-x", "x".repeat(mib * 1024 * 1024)));
      assertThat(answer.statusCode()).as(mib + " MiB").isEqualTo(413);
      assertThat(text(answer)).contains("request_too_large");
    }
    assertThat(admin().read(id)).isEmpty();
  }

  @Test
  void import_lineThirtyOneIsWrong_takesNothing() {
    var dora = User.of("dora");
    var good = "{\"messages\":[{\"role\":\"user\",\"content\":\"q\"}]}\n";
    var refused = dora.send("POST", "/import", good.repeat(30) + "{\"messages\":0}\n" + good);
    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(json(refused).get("detail").asText()).startsWith("line 31: messages must be");
    assertThat(json(dora.get("")).get("conversations")).isEmpty();
    assertThat(json(dora.send("POST", "/import", good.repeat(3))).get("ids")).hasSize(3);
    assertThat(json(dora.get("")).get("conversations")).hasSize(3);
  }

  @Test
  void import_timesThatCannotBeStored_takesNothing() {
    var emil = User.of("emil");
    var good = "{\"messages\":[{\"role\":\"user\",\"content\":\"q\"}]}\n";
    for (var time : List.of("1969-12-31T23:59:59Z", "+1000000000-12-31T23:59:59Z")) {
      var odd = good.replace("\"role\"", "\"created\":\"" + time + "\",\"role\"");
      var refused = emil.send("POST", "/import", good + odd);
      assertThat(refused.statusCode()).as(text(refused)).isEqualTo(400);
      assertThat(json(refused).get("detail").asText()).startsWith("line 2: ").contains("1970");
    }
    assertThat(json(emil.get("")).get("conversations")).isEmpty();
    var line = good.replace("\"q\"", "\"one\u2028line\"");
    assertThat(json(emil.send("POST", "/import", line + line)).get("ids")).hasSize(2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '!',
      quoteCharacter = '`',
      value = {
        "POST!!{\"titel\":\"x\"}",
        "POST!!{\"title\":7}",
        "POST!!{\"tags\":\"x\"}",
        "POST!!{\"tags\":[7]}",
        "POST!!{",
        "POST!/import!7",
        "GET!?limit=0!``",
        "GET!?limit=501!``",
        "GET!?limit=x!``",
        "GET!?cursor=x!``"
      })
  void request_malformed_is4xx(String method, String path, String body) {
    var answer = admin().send(method, path == null ? "" : path, body == null ? "" : body);

    assertThat(answer.statusCode()).as(text(answer)).isIn(400, 404);
    assertThat(header(answer, "Content-Type")).startsWith("application/problem+json");
  }

  @Test
  void stored_isSealed() {
    answers("p-sealed", "secret answer");
    var id = admin().create("secret title");
    admin().say(id, q("p-sealed", "secret question"));
    var key = RawCommand.strings(valkey.command("KEYS", "larder:1:conv:*:c:" + id)).getFirst();

    assertThat(valkey.command("HGETALL", key)).contains("leaf").doesNotContain("secret");
    assertThat(node.log() + node.console()).doesNotContain("secret ");
  }

  @Test
  void memory_withoutValkey_worksOnItsNode() {
    var alone = new User(Shared.LARDER, LarderProcess.KEY);
    var id = alone.create("memory");
    assertThat(alone.say(id, q("demo", "hi")).statusCode()).isEqualTo(200);
    assertThat(alone.read(id)).hasSize(2);
    assertThat(alone.send("DELETE", "/" + id, "").statusCode()).isEqualTo(204);
  }

  @Test
  @Order(Integer.MAX_VALUE)
  void valkey_killed_isSaidAndNeverAnEmptyList() {
    var released = new CountDownLatch(1);
    provider.script("p-down", StreamsIT.inTwoHalves(released));
    var id = admin().create("t");
    try (var stream = stream(id, q("p-down", "hi")).await("\"a\"")) {
      valkey.kill();
      for (var method : List.of("GET", "POST")) {
        var answer = admin().send(method, "", "");
        assertThat(answer.statusCode()).as(text(answer)).isEqualTo(503);
        assertThat(header(answer, "Retry-After")).isEqualTo("1");
        assertThat(header(answer, "Content-Type")).startsWith("application/problem+json");
      }
      assertThat(admin().send("GET", "/" + id, "").statusCode()).isEqualTo(503);
      assertThat(admin().send("DELETE", "/" + id, "").statusCode()).isEqualTo(503);
      assertThat(admin().say(id, q("p-down", "more")).statusCode()).isEqualTo(503);
      released.countDown();
      var all = stream.all();
      assertThat(all).as("no clean end without the turn").doesNotContain("[DONE]");
      assertThat(all).contains("store_unavailable");
    }
    assertThat(provider.requests("p-down")).hasSize(1);
  }
}

package it;

import static it.Api.ask;
import static it.Api.cache;
import static it.Api.header;
import static it.Api.json;
import static it.Api.text;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** API keys over HTTP, on two nodes with one Valkey: what is made on one is good on the other. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class KeysIT {
  private static final Duration SEEN_MAX = Duration.ofSeconds(1);
  private static final AtomicInteger NUMBER = new AtomicInteger();

  private static ScriptedProvider provider;
  private static ValkeyProcess valkey;
  private static LarderProcess here;
  private static LarderProcess there;
  private static Api admin;
  private static Api otherAdmin;

  @BeforeAll
  static void start() {
    provider = ScriptedProvider.start();
    provider.script("m", KeysIT::answer);
    valkey = ValkeyProcess.start();
    var other = CompletableFuture.supplyAsync(() -> node("keys-b"));
    here = node("keys-a");
    there = other.join();
    admin = new Api(here);
    otherAdmin = new Api(there);
  }

  private static void answer(ScriptedProvider.Request request, ScriptedProvider.Connection answer)
      throws Exception {
    if (request.body().contains("\"stream\":true")) {
      Clients.stream(Clients.plain("{\"id\":\"c\",\"choices\":[]}\n[DONE]\n"))
          .answer(request, answer);
    } else {
      answer.whole(
          200,
          "application/json",
          "{\"id\":\"c\",\"choices\":[{\"index\":0,\"finish_reason\":\"stop\",\"message\":"
              + "{\"role\":\"assistant\",\"content\":\"n "
              + NUMBER.incrementAndGet()
              + "\"}}],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":1}}");
    }
  }

  private static LarderProcess node(String name) {
    return LarderProcess.start(
        name,
        Map.of(
            "LARDER_VALKEY_URI",
            valkey.uri(),
            "LARDER_PROVIDER_P_URL",
            provider.url(),
            "LARDER_PROVIDER_C_KIND",
            "anthropic",
            "LARDER_PROVIDER_C_URL",
            provider.url(),
            "LARDER_PROVIDER_C_MODELS",
            "claude-*"));
  }

  @AfterAll
  static void stop() throws Exception {
    here.close();
    there.close();
    valkey.close();
    provider.close();
  }

  /** Somebody with a key, at a node. */
  private record User(LarderProcess node, JsonNode made) {
    String key() {
      return made.get("key").asText();
    }

    String id() {
      return made.get("id").asText();
    }

    User at(LarderProcess other) {
      return new User(other, made);
    }

    HttpResponse<byte[]> send(String method, String path, String body, String... headers) {
      var request =
          HttpRequest.newBuilder(node.uri(path))
              .timeout(Duration.ofSeconds(30))
              .header("x-api-key", key())
              .header("Content-Type", "application/json")
              .method(
                  method,
                  body.isEmpty()
                      ? HttpRequest.BodyPublishers.noBody()
                      : HttpRequest.BodyPublishers.ofString(body));
      if (headers.length > 0) {
        request.headers(headers);
      }
      return LarderProcess.send(request.build());
    }

    int status(String method, String path, String body) {
      return send(method, path, body).statusCode();
    }

    HttpResponse<byte[]> get(String path) {
      return send("GET", path, "");
    }

    HttpResponse<byte[]> chat(String body, String... headers) {
      return send("POST", "/v1/chat/completions", body, headers);
    }

    boolean isKnown() {
      int status = get("/api/me").statusCode();
      assertThat(status).isIn(200, 401);
      return status == 200;
    }
  }

  private static User user(String body) {
    return user(here, body);
  }

  private static User user(LarderProcess node, String body) {
    var made = new Api(node).post("/api/keys", body);
    assertThat(made.statusCode()).as(text(made)).isEqualTo(201);
    assertThat(header(made, "Cache-Control")).isEqualTo("no-store");
    return new User(node, json(made));
  }

  private static List<String> ids(HttpResponse<byte[]> listed) {
    assertThat(listed.statusCode()).as(text(listed)).isEqualTo(200);
    var ids = new ArrayList<String>();
    json(listed).get("keys").forEach(one -> ids.add(one.get("id").asText()));
    return ids;
  }

  /** All keys that an administrator sees, page by page. */
  private static List<String> all() {
    var ids = new ArrayList<String>();
    var cursor = "";
    do {
      var page = admin.get("/api/keys?limit=2&cursor=" + Api.encode(cursor));
      ids.addAll(ids(page));
      cursor = json(page).get("cursor").asText();
    } while (!cursor.isEmpty());
    return ids;
  }

  @Test
  void key_madeOnOneNode_isGoodOnTheOtherUntilItIsRevoked() {
    var anna =
        user(
            "{\"owner\":\"anna\",\"tenant\":\"t-1\",\"roles\":[\"user\"],\"limits\":\"requests=5;w=60\"}");
    assertThat(text(anna.at(there).get("/api/me")))
        .startsWith("{\"name\":\"anna\",\"tenant\":\"t-1\",\"roles\":[\"user\"],");
    assertThat(ids(otherAdmin.get("/api/keys?owner=anna&tenant=t-1"))).containsExactly(anna.id());
    assertThat(all()).contains(anna.id());
    var listed = text(admin.get("/api/keys"));
    assertThat(listed).doesNotContain(anna.key()).contains("\"limits\":\"requests=5;w=60\"");

    assertThat(admin.delete("/api/keys/" + anna.id()).statusCode()).isEqualTo(204);
    assertThat(anna.isKnown()).as("on the node that revoked it").isFalse();
    Await.until("refused there", SEEN_MAX, () -> !anna.at(there).isKnown());
    assertThat(admin.delete("/api/keys/" + anna.id()).statusCode()).isEqualTo(404);
    assertThat(all()).doesNotContain(anna.id());
    assertThat(valkey.command("KEYS", "larder:1:apikey*")).doesNotContain(anna.id());
  }

  @Test
  void rotate_withAnOverlap_bothAreGoodForThatLong() {
    var old = user("{\"owner\":\"rot\",\"limits\":\"requests=99;w=60\"}");
    var answer = old.send("POST", "/api/keys/" + old.id() + "/rotate", "{\"overlap\":\"PT2S\"}");
    long after = System.nanoTime();
    assertThat(answer.statusCode()).as(text(answer)).isEqualTo(201);
    var other = new User(there, json(answer));
    assertThat(other.isKnown()).isTrue();
    if (System.nanoTime() - after < Duration.ofMillis(1500).toNanos()) {
      assertThat(old.isKnown()).isTrue();
    }
    assertThat(other.made().get("limits").asText()).isEqualTo("requests=99;w=60");
    Await.until("old one gone", Duration.ofSeconds(3), () -> !old.isKnown());
    Await.until("old one gone there", SEEN_MAX, () -> !old.at(there).isKnown());
    assertThat(other.isKnown()).isTrue();
    assertThat(ids(other.get("/api/keys"))).containsExactly(other.id());
  }

  /** Goal: neither a rotation nor a key made with one is a way around its limits. */
  @Test
  void limits_ofAKey_holdForAllThatComeOfIt() {
    var whole = user("{\"owner\":\"kim\"}");
    var key =
        new User(here, json(whole.send("POST", "/api/keys", "{\"limits\":\"requests=3;w=600\"}")));
    var body = ask("m", "limits of a key");
    assertThat(header(key.chat(body), "RateLimit")).contains("\"key-requests\";r=2;t=");
    var child = new User(there, json(key.send("POST", "/api/keys", "")));
    assertThat(header(child.chat(body), "RateLimit")).contains("\"key-requests\";r=1;t=");
    var next = new User(there, json(key.send("POST", "/api/keys/" + key.id() + "/rotate", "")));
    assertThat(header(next.chat(body), "RateLimit")).contains("\"key-requests\";r=0;t=");

    var refused = key.chat(body);
    assertThat(refused.statusCode()).isEqualTo(429);
    assertThat(json(refused).at("/error/message").asText())
        .startsWith("limit key-requests of key is reached: 3 requests in 600 s; try again in ");
    assertThat(whole.at(there).chat(body).statusCode()).isEqualTo(200);
    var limits = text(child.get("/api/limits"));
    assertThat(limits)
        .contains("{\"scope\":\"key\",\"name\":\"key-requests\"", "\"scope\":\"user\"");
    assertThat(text(whole.get("/api/limits"))).doesNotContain("key-requests");
    assertThat(text(admin.get("/metrics")))
        .contains("policy=\"key\"")
        .doesNotContain("key-requests");
  }

  /** Goal: a key reaches the models it allows and no others, not even answers in the cache. */
  @Test
  void models_ofAKey_areAllThatItsBearerReaches() {
    var whole = user("{\"owner\":\"mona\"}");
    var some = user("{\"owner\":\"mona\",\"models\":[\"p/m-*\",\"other\"],\"scopes\":[\"user\"]}");
    provider.script("m-1", KeysIT::answer);
    assertThat(cache(whole.chat(ask("m", "models of a key")))).isEqualTo("MISS");
    assertThat(cache(whole.chat(ask("m", "models of a key")))).isEqualTo("HIT");

    for (var name : List.of("m", "p/m", "p/other/m-1")) {
      for (var node : List.of(some, some.at(there))) {
        var refused = node.chat(ask(name, "models of a key"));
        assertThat(refused.statusCode()).as(name).isEqualTo(403);
        assertThat(json(refused).at("/error/code").asText()).isEqualTo("model_not_allowed");
        assertThat(json(refused).at("/error/message").asText()).contains("\"" + name + "\"");
      }
    }
    var claude =
        some.send("POST", "/v1/messages", "{\"max_tokens\":9," + ask("claude-1", "x").substring(1));
    assertThat(claude.statusCode()).isEqualTo(403);
    assertThat(json(claude).get("type").asText()).isEqualTo("error");
    assertThat(some.chat(ask("m-1", "models of a key")).statusCode()).isEqualTo(200);
    assertThat(some.chat(ask("p/m-1", "x"), "Larder-Cache", "scope=tenant").statusCode())
        .isEqualTo(403);

    assertThat(text(some.get("/api/me")))
        .contains("\"scopes\":[\"user\"],\"models\":[\"p/m-*\",\"other\"]");
    assertThat(text(whole.get("/api/me"))).contains("\"models\":[]");
    assertThat(text(admin.get("/api/keys?owner=mona")))
        .contains("\"models\":[\"p/m-*\",\"other\"]", "\"scopes\":[\"user\"]");
  }

  @Test
  void models_ofAKey_holdForWhatComesOfIt() {
    var some = user("{\"owner\":\"nora\",\"models\":[\"m-*\"]}");
    var child = new User(there, json(some.send("POST", "/api/keys", "")));
    var next = new User(there, json(some.send("POST", "/api/keys/" + some.id() + "/rotate", "")));
    for (var one : List.of(child, next)) {
      assertThat(one.chat(ask("m", "x")).statusCode()).isEqualTo(403);
    }
    assertThat(some.status("POST", "/api/keys", "{\"models\":[\"m*\"]}")).isEqualTo(403);
    assertThat(some.status("POST", "/api/keys", "{\"models\":[\"m-1\"]}")).isEqualTo(201);

    var browser = Browser.signIn(here, some.key());
    assertThat(browser.send("POST", "/v1/chat/completions", ask("m", "x")).statusCode())
        .as("by a session")
        .isEqualTo(403);
    var conversation = json(some.send("POST", "/api/conversations", "{}")).get("id").asText();
    var path = "/api/conversations/" + conversation;
    var refused = some.send("POST", path + "/messages", "{\"content\":\"x\",\"model\":\"m\"}");
    assertThat(refused.statusCode()).as(text(refused)).isEqualTo(403);
    assertThat(json(refused).get("title").asText()).isEqualTo("model_not_allowed");
    assertThat(text(some.get(path))).as("nothing was said").contains("\"messages\":[]");
  }

  @Test
  void models_listed_areThoseThatTheKeyAllows() {
    provider.script(
        "/v1/models",
        (request, answer) ->
            answer.whole(200, "application/json", "{\"data\":[{\"id\":\"m\"},{\"id\":\"m-1\"}]}"));
    var some = user("{\"owner\":\"olga\",\"models\":[\"p/m-*\"]}");
    Await.until("listed", () -> text(some.get("/v1/models")).contains("m-1"));
    assertThat(text(some.get("/v1/models")))
        .isEqualTo("{\"object\":\"list\",\"data\":[{\"id\":\"m-1\"}]}");
    assertThat(text(admin.get("/v1/models"))).contains("{\"id\":\"m\"}", "{\"id\":\"m-1\"}");
    assertThat(some.get("/v1/models/m-1").statusCode()).isEqualTo(200);
    assertThat(some.get("/v1/models/m").statusCode()).isEqualTo(403);
  }

  /** Goal: who makes and revokes all day does not fill the store. */
  @Test
  void make_hundredWithinADay_isEnoughForAUser() {
    var maker = user("{\"owner\":\"maker\"}");
    for (int i = 0; i < 100; i++) {
      var node = i % 2 == 0 ? maker : maker.at(there);
      var made = node.send("POST", "/api/keys", "");
      assertThat(made.statusCode()).as("%d: %s", i, text(made)).isEqualTo(201);
      assertThat(maker.status("DELETE", "/api/keys/" + json(made).get("id").asText(), ""))
          .isEqualTo(204);
    }
    var refused = maker.send("POST", "/api/keys", "");
    assertThat(refused.statusCode()).isEqualTo(429);
    assertThat(header(refused, "Content-Type")).startsWith("application/problem+json");
    assertThat(json(refused).get("violated-policies").get(0).asText()).isEqualTo("keys-made");
    assertThat(Integer.parseInt(header(refused, "Retry-After"))).isGreaterThan(3_600);
    assertThat(maker.status("POST", "/api/keys/" + maker.id() + "/rotate", "")).isEqualTo(429);
    user("{\"owner\":\"maker\"}");
  }

  @Test
  void user_mayNotRevokeWhatCanDoMore() {
    var weak = user("{\"owner\":\"both\"}");
    var strong = user("{\"owner\":\"both\",\"roles\":[\"admin\"]}");
    assertThat(weak.status("DELETE", "/api/keys/" + strong.id(), "")).isEqualTo(404);
    assertThat(strong.isKnown()).isTrue();
    assertThat(strong.status("DELETE", "/api/keys/" + weak.id(), "")).isEqualTo(204);
  }

  @Test
  void key_pastItsTime_isGoodNoMore() {
    var brief = user("{\"owner\":\"brief\",\"expires\":\"" + Instant.now().plusSeconds(2) + "\"}");
    assertThat(brief.isKnown()).isTrue();
    assertThat(brief.at(there).isKnown()).isTrue();
    Await.until("gone", Duration.ofSeconds(3), () -> !brief.isKnown());
    Await.until("gone there", SEEN_MAX, () -> !brief.at(there).isKnown());
    assertThat(ids(admin.get("/api/keys?owner=brief"))).isEmpty();
  }

  @Test
  void user_itsOwnKeys_andNobodyElses() {
    var bert = user("{\"owner\":\"bert\",\"limits\":\"concurrent=9\"}");
    var other = user("{\"owner\":\"other\"}");
    var second = json(bert.send("POST", "/api/keys", ""));

    assertThat(second.get("owner").asText()).isEqualTo("bert");
    assertThat(second.get("limits").asText()).isEqualTo("concurrent=9");
    assertThat(ids(bert.get("/api/keys")))
        .containsExactlyInAnyOrder(bert.id(), second.get("id").asText());
    for (var body :
        List.of(
            "{\"owner\":\"other\"}",
            "{\"tenant\":\"other\"}",
            "{\"roles\":[\"admin\"]}",
            "{\"limits\":\"none\"}",
            "{\"limits\":\"concurrent=10\"}")) {
      assertThat(bert.status("POST", "/api/keys", body)).as(body).isEqualTo(403);
    }
    assertThat(bert.status("GET", "/api/keys?owner=other", "")).isEqualTo(403);
    assertThat(bert.status("DELETE", "/api/keys/" + other.id(), "")).isEqualTo(404);
    assertThat(bert.status("POST", "/api/keys/" + other.id() + "/rotate", "")).isEqualTo(404);
    assertThat(bert.status("DELETE", "/api/keys/" + second.get("id").asText(), "")).isEqualTo(204);
    assertThat(ids(bert.get("/api/keys"))).containsExactly(bert.id());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '!',
      quoteCharacter = '`',
      value = {
        "{\"owner\":\"a b\"}! owner must be 1 to 128 letters, digits and ._@:|+~=- , was a b",
        "{\"owner\":\"\"}! owner must be 1 to 128",
        "{\"tenant\":\"a/b\"}! tenant must be 1 to 128",
        "{\"owner\":7}! owner must be a string, was 7",
        "{\"roles\":[\"root\"]}! roles must be user, admin, was [root]",
        "{\"roles\":\"user\"}! roles must be an array of user, admin, was",
        "{\"expires\":\"2001-01-01T00:00:00Z\"}! expires must be after",
        "{\"expires\":\"9999-01-01T00:00:00Z\"}! expires must be after",
        "{\"expires\":\"soon\"}! expires must be a time such as",
        "{\"role\":[\"user\"]}! the members are expires, limits, models, owner, roles, scopes, tenant, found",
        "{\"limits\":7}! limits must be a string, was 7",
        "{\"limits\":\"requests=5;w=0\"}! limits must be policies, at character 12: w is a whole",
        "{\"models\":\"m\"}! models must be an array of globs such as",
        "{\"models\":[]}! models must be an array of globs such as",
        "{\"models\":[7]}! models must be an array of globs such as",
        "{\"models\":[\"a b\"]}! models must be 1 to 128 printable ASCII characters without spaces",
        "{\"models\":[\"\"]}! models must be 1 to 128 printable",
        "{\"scopes\":[\"all\"]}! scopes must be user, tenant, global, was [all]",
        "[]! object",
        "{! "
      })
  void make_badInput_saysWhatIsWrong(String body, String message) {
    var answer = admin.post("/api/keys", body);

    assertThat(answer.statusCode()).as(text(answer)).isEqualTo(400);
    assertThat(header(answer, "Content-Type")).startsWith("application/problem+json");
    assertThat(json(answer).get("detail").asText()).contains(message == null ? "" : message);
  }

  @Test
  void make_tooMuch_isRefused() {
    var limits = admin.post("/api/keys", "{\"limits\":\"" + "x".repeat(1025) + "\"}");
    var body = admin.post("/api/keys", "{\"limits\":\"" + "x".repeat(20_000) + "\"}");
    var overlap = admin.post("/api/keys/x/rotate", "{\"overlap\":\"P31D\"}");

    assertThat(json(limits).get("detail").asText()).contains("at most 1024 characters, was 1025");
    assertThat(body.statusCode()).isEqualTo(413);
    assertThat(json(overlap).get("detail").asText()).contains("overlap must be PT0S to PT720H");
    assertThat(admin.post("/api/keys/x/rotate", "").statusCode()).isEqualTo(404);
    assertThat(admin.get("/api/keys?limit=0").statusCode()).isEqualTo(400);
    assertThat(admin.get("/api/keys?tenant=t-1").statusCode()).isEqualTo(400);
  }

  @Test
  void tenants_usersOfOneName_neverMeet() {
    var one = user("{\"owner\":\"eve\",\"tenant\":\"t-1\"}");
    var two = user(there, "{\"owner\":\"eve\",\"tenant\":\"t-2\"}");
    var mate = user("{\"owner\":\"mate\",\"tenant\":\"t-1\"}");
    var body = ask("m", "tenants");
    var miss = one.chat(body);
    assertThat(cache(miss)).isEqualTo("MISS");
    assertThat(cache(one.at(there).chat(body))).isEqualTo("HIT");
    assertThat(cache(two.chat(body))).isEqualTo("MISS");
    assertThat(cache(mate.chat(body))).isEqualTo("MISS");

    var path = "/api/cache/entries/" + header(miss, "Larder-Key");
    for (var stranger : List.of(two, mate)) {
      assertThat(stranger.status("GET", path, "")).isEqualTo(404);
      assertThat(stranger.status("DELETE", path, "")).isEqualTo(404);
    }
    var entry = json(one.get(path));
    assertThat(entry.get("user").asText()).isEqualTo("eve");
    assertThat(entry.get("tenant").asText()).isEqualTo("t-1");
    assertThat(one.chat(body, "Larder-Cache", "scope=global").statusCode()).isEqualTo(403);
    assertThat(json(admin.get("/api/cache/entries?user=eve&tenant=t-2")).get("entries")).hasSize(1);
    assertThat(json(admin.get("/api/cache/entries?user=eve")).get("entries")).isEmpty();

    admin.invalidate("/users/eve");
    assertThat(cache(one.chat(body))).as("the other tenant's user").isEqualTo("HIT");
    admin.invalidate("/users/eve?tenant=t-1");
    assertThat(cache(one.chat(body))).isEqualTo("MISS");
    assertThat(cache(two.chat(body))).isEqualTo("HIT");
    assertThat(one.status("DELETE", path, "")).isEqualTo(204);
  }

  @Test
  void tenants_streamsAndFigures_areEachUsersOwn() {
    var one = user("{\"owner\":\"sam\",\"tenant\":\"t-1\"}");
    var two = user("{\"owner\":\"sam\",\"tenant\":\"t-2\"}");
    var streamed = one.chat(ask("m", "streams").replaceFirst("\\{", "{\"stream\":true,"));
    assertThat(streamed.statusCode()).as(text(streamed)).isEqualTo(200);
    var path = "/v1/streams/" + header(streamed, "Larder-Stream");
    assertThat(one.at(there).status("GET", path, "")).isEqualTo(200);
    assertThat(two.status("GET", path, "")).isEqualTo(404);
    assertThat(admin.get(path).statusCode()).isEqualTo(404);

    Await.until("counted", () -> json(one.get("/api/cache")).get("misses").asInt() == 1);
    assertThat(json(two.get("/api/cache")).get("misses").asInt()).isZero();
  }

  @Test
  @Order(Integer.MAX_VALUE)
  void valkey_killed_knownKeysStayGoodAndOthersAreNotRefused() {
    var known = user("{\"owner\":\"known\"}");
    var unseen = user("{\"owner\":\"unseen\"}");
    assertThat(known.isKnown()).isTrue();
    valkey.kill();

    assertThat(cache(known.chat(ask("m", "outage")))).isEqualTo("MISS");
    Await.during(Duration.ofMillis(1500), known::isKnown);
    var wire = unseen.send("POST", "/v1/messages", "{}");
    assertThat(wire.statusCode()).isEqualTo(503);
    assertThat(header(wire, "Retry-After")).isEqualTo("1");
    assertThat(text(wire)).startsWith("{\"type\":\"error\"").contains("store_unavailable");
    var openAi = unseen.chat(ask("m", "outage"));
    assertThat(openAi.statusCode()).isEqualTo(503);
    assertThat(text(openAi)).startsWith("{\"error\":");
    var problem = unseen.get("/api/me");
    assertThat(problem.statusCode()).isEqualTo(503);
    assertThat(header(problem, "Content-Type")).startsWith("application/problem+json");
    assertThat(known.at(there).get("/api/me").statusCode()).as("not seen there").isEqualTo(503);
    assertThat(admin.get("/api/me").statusCode()).isEqualTo(200);
    assertThat(admin.post("/api/keys", "{}").statusCode()).isEqualTo(503);
    assertThat(known.status("DELETE", "/api/keys/" + known.id(), "")).isEqualTo(503);

    valkey.restart();
    Await.until("it came back empty", () -> known.get("/api/me").statusCode() == 401);
    assertThat(unseen.isKnown()).isFalse();
    assertThat(here.log() + here.console()).doesNotContain("lk_");
  }

  @Test
  void memory_withoutValkey_worksOnItsNode() {
    var anna = user(Shared.LARDER, "{\"owner\":\"memory\"}");
    assertThat(anna.isKnown()).isTrue();
    assertThat(ids(new Api(Shared.LARDER).get("/api/keys"))).contains(anna.id());
    var path = "/api/keys/" + anna.id() + "/rotate";
    var second = new User(Shared.LARDER, json(anna.send("POST", path, "{\"overlap\":\"PT0S\"}")));
    assertThat(anna.isKnown()).isFalse();
    assertThat(second.isKnown()).isTrue();
    assertThat(second.status("DELETE", "/api/keys/" + second.id(), "")).isEqualTo(204);
    assertThat(second.isKnown()).isFalse();
    assertThat(Shared.LARDER.log())
        .contains("key made: id=" + second.id(), "key revoked: id=" + second.id())
        .doesNotContain("lk_");
  }
}

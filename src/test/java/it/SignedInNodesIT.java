package it;

import static it.Api.ask;
import static it.Api.json;
import static it.Api.text;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.larder.access.BrowserSession;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Browsers that are signed in, on two nodes that share a Valkey, of which one dies. */
final class SignedInNodesIT {
  private static ValkeyProcess valkey;
  private static LarderProcess here;
  private static LarderProcess there;

  @BeforeAll
  static void start() {
    valkey = ValkeyProcess.start();
    var other = CompletableFuture.supplyAsync(() -> node("signed-in-b"));
    here = node("signed-in-a");
    there = other.join();
  }

  private static LarderProcess node(String name) {
    return LarderProcess.start(name, Map.of("LARDER_VALKEY_URI", valkey.uri()));
  }

  @AfterAll
  static void stop() {
    here.close();
    there.close();
    valkey.close();
  }

  private static Browser at(LarderProcess node, Browser browser) {
    return new Browser(node, browser.cookie(), browser.token());
  }

  @Test
  void signedInOnOneNode_isKnownOnTheOtherAtOnce_andSignedOutOnBoth() {
    var random = new Random();
    for (int i = 0; i < 20; i++) {
      var one = random.nextBoolean() ? here : there;
      var other = one == here ? there : here;
      var browser = Browser.signIn(one, LarderProcess.KEY);
      var elsewhere = at(other, browser);
      assertThat(elsewhere.isKnown()).as("round %d", i).isTrue();
      assertThat(elsewhere.send("POST", "/v1/chat/completions", ask("demo", "n")).statusCode())
          .as(other::log)
          .isEqualTo(200);
      assertThat(elsewhere.forged("POST", "/v1/chat/completions", ask("demo", "n")).statusCode())
          .as("without the token")
          .isEqualTo(403);
      assertThat(elsewhere.send("DELETE", "/api/session", "").statusCode()).isEqualTo(204);
      assertThat(elsewhere.isKnown()).isFalse();
      Await.until("signed out", Duration.ofSeconds(1), () -> !browser.isKnown());
    }
  }

  @Test
  void keyRevokedOnOneNode_endsTheSessionOnTheOther() {
    var made = json(new Api(here).post("/api/keys", "{\"owner\":\"rita\"}"));
    var browser = Browser.signIn(there, made.get("key").asText());
    assertThat(browser.isKnown()).isTrue();
    assertThat(new Api(here).delete("/api/keys/" + made.get("id").asText()).statusCode())
        .isEqualTo(204);
    Await.until("ended", Duration.ofSeconds(2), () -> !browser.isKnown());
  }

  private static String user(String owner) {
    return json(new Api(here).post("/api/keys", "{\"owner\":\"" + owner + "\"}"))
        .get("key")
        .asText();
  }

  private static JsonNode sessions(Browser browser) {
    var answer = browser.send("GET", "/api/sessions", "");
    assertThat(answer.statusCode()).as(text(answer)).isEqualTo(200);
    return json(answer).get("sessions");
  }

  private static String id(Browser browser) {
    for (var one : sessions(browser)) {
      if (one.get("current").asBoolean()) {
        return one.get("id").asText();
      }
    }
    throw new AssertionError("not on its own list");
  }

  /** Goal: who has lost a browser signs it out from another one, on whatever node either is. */
  @Test
  void sessions_ofAUser_areListedAndEndedOneByOne() {
    var key = user("lena");
    var lost = Browser.signIn(here, key, "User-Agent", "lost <b>browser</b>");
    var kept = Browser.signIn(there, key);
    assertThat(sessions(kept)).hasSize(2);
    var listed = text(kept.send("GET", "/api/sessions", ""));
    assertThat(listed)
        .contains("\"agent\":\"lost <b>browser</b>\"", "\"address\":\"127.0.0.1\"")
        .doesNotContain(lost.id(), lost.token(), kept.id(), kept.token(), key);

    assertThat(at(there, lost).isKnown()).isTrue();
    var id = id(lost);
    assertThat(kept.send("DELETE", "/api/sessions/" + id, "").statusCode()).isEqualTo(204);
    assertThat(at(there, lost).isKnown()).as("on the node that ended it").isFalse();
    Await.until("signed out here", Duration.ofSeconds(1), () -> !lost.isKnown());
    assertThat(kept.send("DELETE", "/api/sessions/" + id, "").statusCode()).isEqualTo(404);
    assertThat(sessions(kept)).hasSize(1);
    assertThat(at(here, kept).isKnown()).isTrue();
  }

  @Test
  void sessions_allButThisOne_areEndedOnAllNodes() {
    var key = user("mara");
    var others = new ArrayList<Browser>();
    for (int i = 0; i < 4; i++) {
      others.add(Browser.signIn(i % 2 == 0 ? here : there, key));
      assertThat(others.getLast().isKnown()).isTrue();
    }
    var mine = Browser.signIn(here, key);
    var answer = at(there, mine).send("DELETE", "/api/sessions", "");
    assertThat(text(answer)).isEqualTo("{\"ended\":4}");
    for (var other : others) {
      Await.until("signed out", Duration.ofSeconds(1), () -> !other.isKnown());
    }
    assertThat(mine.isKnown()).isTrue();
    assertThat(id(mine)).isEqualTo(sessions(mine).get(0).get("id").asText());
    assertThat(mine.send("DELETE", "/api/session", "").statusCode()).isEqualTo(204);
    var request =
        HttpRequest.newBuilder(here.uri("/api/sessions")).header("x-api-key", key).build();
    assertThat(text(LarderProcess.send(request))).isEqualTo("{\"sessions\":[]}");
  }

  @Test
  void sessions_ofOthers_areNeitherSeenNorEnded() {
    var nina = Browser.signIn(here, user("nina"));
    var olaf = Browser.signIn(there, user("olaf"));
    assertThat(sessions(olaf)).hasSize(1);
    for (var id : List.of(id(nina), "0".repeat(32), "x", "a".repeat(5_000))) {
      assertThat(olaf.send("DELETE", "/api/sessions/" + id, "").statusCode()).isEqualTo(404);
    }
    assertThat(text(olaf.send("DELETE", "/api/sessions", ""))).isEqualTo("{\"ended\":0}");
    assertThat(new Api(here).delete("/api/sessions/" + id(nina)).statusCode())
        .as("not even the administrator")
        .isEqualTo(404);
    assertThat(nina.isKnown()).isTrue();
    assertThat(olaf.forged("DELETE", "/api/sessions", "").statusCode()).isEqualTo(403);
  }

  /** Goal: the list of a user has a bound, whoever signs in without end. */
  @Test
  void sessions_moreThanAUserMayHave_endTheLeastUsed() {
    var first = Browser.signIn(here, LarderProcess.KEY);
    for (int i = 0; i < BrowserSession.PER_USER_MAX; i++) {
      Browser.signIn(i % 2 == 0 ? here : there, LarderProcess.KEY);
    }
    Await.until("ended", Duration.ofSeconds(1), () -> !first.isKnown());
    var last = Browser.signIn(here, LarderProcess.KEY);
    assertThat(sessions(last)).hasSize(BrowserSession.PER_USER_MAX);
    assertThat(text(last.send("DELETE", "/api/sessions", "")))
        .isEqualTo("{\"ended\":" + (BrowserSession.PER_USER_MAX - 1) + "}");
  }

  /** Goal: a store that is full keeps no session, so nobody is told to have one. */
  @Test
  void signIn_whileValkeyIsFull_isRefusedWithoutACookie() {
    var before = Browser.signIn(here, LarderProcess.KEY);
    assertThat(valkey.command("CONFIG", "SET", "maxmemory", "1")).startsWith("+OK");
    try {
      for (int i = 0; i < 10; i++) {
        var refused = Browser.post(i % 2 == 0 ? here : there, Browser.body(LarderProcess.KEY));
        assertThat(refused.statusCode()).as(text(refused)).isEqualTo(503);
        assertThat(refused.headers().allValues("Set-Cookie")).isEmpty();
        assertThat(text(refused)).contains("keeps nothing more");
      }
    } finally {
      valkey.command("CONFIG", "SET", "maxmemory", "0");
    }
    awaitShared();
    assertThat(before.forged("GET", "/", "").statusCode()).isEqualTo(200);
  }

  /** Goal: who is signed in stays so on all nodes, over many requests, and can sign out. */
  @Test
  void session_whileValkeyIsFull_goesOnAndEnds() {
    var first = Browser.signIn(here, LarderProcess.KEY);
    var second = Browser.signIn(there, LarderProcess.KEY);
    assertThat(valkey.command("CONFIG", "SET", "maxmemory", "1")).startsWith("+OK");
    try {
      for (int i = 0; i < 30; i++) {
        for (var browser : List.of(first, second)) {
          assertThat(browser.isKnown()).isTrue();
          var node = i % 2 == 0 ? here : there;
          assertThat(new Browser(node, browser.cookie(), browser.token()).isKnown()).isTrue();
        }
      }
      assertThat(first.send("DELETE", "/api/session", "").statusCode()).isEqualTo(204);
      assertThat(first.isKnown()).isFalse();
      assertThat(second.isKnown()).isTrue();
    } finally {
      valkey.command("CONFIG", "SET", "maxmemory", "0");
    }
    awaitShared();
    assertThat(second.isKnown()).isTrue();
  }

  /** Goal: so it is where the server's session alone is not kept, which it does not say. */
  @Test
  void signIn_sessionNotKept_isRefusedAndForgotten() {
    assertThat(
            valkey.command(
                "ACL", "SETUSER", "default", "resetkeys", "~larder:1:[^s]*", "~larder:1:secret"))
        .startsWith("+OK");
    try {
      for (int i = 0; i < 4; i++) {
        var refused = Browser.post(here, Browser.body(LarderProcess.KEY));
        assertThat(refused.statusCode()).as(text(refused)).isEqualTo(503);
        var cookies = refused.headers().allValues("Set-Cookie");
        if (!cookies.isEmpty()) {
          assertThat(cookies.getLast()).startsWith("LARDERSESSION=\"\";").contains("Max-Age=0");
        }
      }
    } finally {
      valkey.command("ACL", "SETUSER", "default", "allkeys");
    }
    awaitShared();
  }

  /** A thread that had no answer does not ask for sessions again for a moment. */
  private static void awaitShared() {
    Await.until(
        "shared again, by every thread",
        () -> Await.holds(Duration.ofMillis(500), () -> isShared(here, there)));
  }

  /** Goal: whoever was told to be signed in is so after the node that told it is gone. */
  @Test
  void nodeKilled_browsersStaySignedIn() {
    var dying = node("signed-in-c");
    var browsers = new ArrayList<Browser>();
    try (dying) {
      for (int i = 0; i < 10; i++) {
        browsers.add(Browser.signIn(dying, LarderProcess.KEY));
      }
      dying.process().destroyForcibly().onExit().join();
    }
    for (var browser : browsers) {
      assertThat(at(there, browser).isKnown()).isTrue();
    }
  }

  @Test
  void valkeyDown_browsersAreSignedOutAndNothingFalls_thenSignedInAgain() {
    var browser = Browser.signIn(here, LarderProcess.KEY);
    var elsewhere = at(there, browser);
    assertThat(elsewhere.isKnown()).isTrue();
    valkey.kill();
    try {
      for (var one : List.of(browser, elsewhere)) {
        var page = one.forged("GET", "/", "");
        assertThat(page.statusCode()).isEqualTo(200);
        // 200 where the node has the session itself, or 401, and nothing else
        var unused = one.isKnown();
      }
      assertThat(new Api(here).get("/api/me").statusCode()).as("by key").isEqualTo(200);
      assertThat(Browser.post(here, Browser.body(LarderProcess.KEY)).statusCode())
          .as("nobody is told to be signed in")
          .isEqualTo(503);
      var out = elsewhere.send("DELETE", "/api/session", "");
      assertThat(out.statusCode()).as("the session lives on").isIn(204, 503);
      if (out.statusCode() == 503) {
        assertThat(Browser.setCookie(out)).startsWith("LARDERSESSION=\"\";").contains("Max-Age=0");
      }
    } finally {
      valkey.restart();
    }
    Await.until("the store is back", () -> isServing(here) && isServing(there));
    // a thread that had no answer does not ask for sessions again for a moment
    Await.until(
        "shared again, by every thread",
        () -> Await.holds(Duration.ofMillis(500), () -> isShared(here, there)));
  }

  private static boolean isShared(LarderProcess one, LarderProcess other) {
    return isKnownThere(one, other) && isKnownThere(other, one);
  }

  /** Whether a browser that signs in at one node, if it can, is known at the other. */
  private static boolean isKnownThere(LarderProcess one, LarderProcess other) {
    var answer = Browser.post(one, Browser.body(LarderProcess.KEY));
    assertThat(answer.statusCode()).as(text(answer)).isIn(200, 503);
    return answer.statusCode() == 200 && at(other, Browser.of(one, answer)).isKnown();
  }

  private static boolean isServing(LarderProcess node) {
    return text(new Api(node).get("/api/cache")).contains("\"state\":{\"state\":\"OK\"");
  }

  /** Goal: whoever reads the store is not signed in by what he finds there. */
  @Test
  void store_hasNeitherIdNorTokenOfASession() {
    var browser = Browser.signIn(here, LarderProcess.KEY);
    var mine = "larder:1:session:{" + Browser.digest(browser.id()) + "}:";
    var keys = RawCommand.strings(valkey.command("KEYS", "larder:1:session:*"));

    assertThat(keys).as("the session is there").anyMatch(key -> key.startsWith(mine));
    for (var key : keys) {
      assertThat(key + valkey.command("HGETALL", key))
          .doesNotContain(browser.id())
          .doesNotContain(browser.token());
    }
    assertThat(at(there, browser).send("DELETE", "/api/session", "").statusCode()).isEqualTo(204);
  }

  /** Goal: bytes that nobody has written sign nobody in, and are no failure of the server. */
  @Test
  void store_damagedSession_isNobodys() {
    for (var field : List.of("head", "part:session.mark", "part:session.begun")) {
      for (var bytes : List.of("", "x", "garbage-and-more-of-it")) {
        var browser = Browser.signIn(here, LarderProcess.KEY);
        var pattern = "larder:1:session:{" + Browser.digest(browser.id()) + "}:*";
        var key = RawCommand.strings(valkey.command("KEYS", pattern)).getFirst();
        assertThat(valkey.command("HSET", key, field, bytes)).as("was there").startsWith(":0");
        assertThat(at(there, browser).isKnown()).as("%s = %s", field, bytes).isFalse();
      }
    }
  }

  /** Goal: what only asks models costs no session. */
  @Test
  void keys_neverMakeASession() {
    var before = sessions();
    assertThat(here.chat(ask("demo", "no session")).statusCode()).isEqualTo(200);
    assertThat(new Api(there).get("/api/me").statusCode()).isEqualTo(200);
    assertThat(sessions()).isEqualTo(before);
  }

  private static int sessions() {
    return RawCommand.strings(valkey.command("KEYS", "larder:1:session:*")).size();
  }
}

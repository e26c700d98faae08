package it;

import static it.Api.ask;
import static it.Api.header;
import static it.Api.json;
import static it.Api.text;
import static it.Shared.LARDER;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Browsers sign in and out, and what an enemy makes of it. */
final class SessionIT {
  private static final Duration IDLE = Duration.ofSeconds(2);
  private static final Duration MAX = Duration.ofSeconds(6);
  private static final String FRIEND = "https://friend.example";

  /** A node whose sessions are short and few, behind TLS as it believes, with a friend's page. */
  private static LarderProcess brief;

  @BeforeAll
  static void start() {
    brief =
        LarderProcess.start(
            "session",
            Map.of(
                "LARDER_SESSION_IDLE",
                IDLE.toString(),
                "LARDER_SESSION_MAX",
                MAX.toString(),
                "LARDER_SESSION_SECURE",
                "true",
                "LARDER_API_CORS_ORIGINS",
                FRIEND + ", http://localhost:3000"),
            Map.of());
  }

  @AfterAll
  static void stop() {
    brief.close();
  }

  private static JsonNode user(String body) {
    var made = new Api(LARDER).post("/api/keys", body);
    assertThat(made.statusCode()).as(text(made)).isEqualTo(201);
    return json(made);
  }

  @Test
  void signIn_aGoodKey_isItsOwnerUntilSigningOut() {
    var key = user("{\"owner\":\"sid\",\"tenant\":\"t-1\"}").get("key").asText();
    var answer = Browser.post(LARDER, Browser.body(key));
    assertThat(answer.statusCode()).as(text(answer)).isEqualTo(200);
    assertThat(header(answer, "Cache-Control")).contains("no-store");
    assertThat(Browser.setCookie(answer)).contains("; Path=/", "; HttpOnly", "; SameSite=Lax");
    assertThat(Browser.setCookie(answer)).doesNotContain("Secure", "Expires", "Max-Age", key);

    var browser = Browser.of(LARDER, answer);
    assertThat(browser.token()).matches("[A-Za-z0-9_-]{43}");
    var me = json(browser.forged("GET", "/api/me", ""));
    for (var name : List.of("name", "tenant", "roles", "scopes", "csrfToken")) {
      assertThat(me.get(name)).as(name).isEqualTo(json(answer).get(name));
    }
    assertThat(text(browser.forged("GET", "/api/me", "")))
        .contains(
            "\"scopes\":[\"user\"]", "\"limits\":[{\"scope\":\"user\",\"name\":\"user-requests\"");
    assertThat(me.get("name").asText()).isEqualTo("sid");
    assertThat(me.get("tenant").asText()).isEqualTo("t-1");
    assertThat(browser.send("POST", "/v1/chat/completions", ask("demo", "sid")).statusCode())
        .isEqualTo(200);
    assertThat(browser.send("GET", "/api/cache/entries", "").statusCode())
        .as("no administrator")
        .isEqualTo(403);

    assertThat(browser.send("DELETE", "/api/session", "").statusCode()).isEqualTo(204);
    assertThat(browser.isKnown()).isFalse();
    assertThat(browser.send("POST", "/v1/chat/completions", ask("demo", "sid")).statusCode())
        .isEqualTo(401);
    assertThat(LARDER.log() + LARDER.console()).doesNotContain(key, browser.token());
  }

  @Test
  void secure_whereItIsSet_isInTheCookie() {
    var answer = Browser.post(brief, Browser.body(LarderProcess.KEY));
    assertThat(Browser.setCookie(answer)).contains("; Secure", "; HttpOnly", "; SameSite=Lax");
  }

  @Test
  void request_withoutTheCookie_makesNoSession() {
    for (var path : List.of("/v1/models", "/api/me", "/")) {
      var known = LarderProcess.send(LARDER.request(path).build());
      var stranger = LarderProcess.send(HttpRequest.newBuilder(LARDER.uri(path)).build());
      assertThat(known.headers().allValues("Set-Cookie")).isEmpty();
      assertThat(stranger.headers().allValues("Set-Cookie")).isEmpty();
    }
    var refused = Browser.post(LARDER, Browser.body("wrong"));
    assertThat(refused.headers().allValues("Set-Cookie")).isEmpty();
  }

  /** Goal: an id that an enemy has planted is worth nothing. */
  @Test
  void fixation_aPlantedId_isNotTheSessions() {
    var enemy = Browser.signIn(LARDER, user("{\"owner\":\"enemy\"}").get("key").asText());
    var victim = user("{\"owner\":\"victim\"}").get("key").asText();
    for (var planted :
        List.of(enemy.cookie(), Browser.COOKIE + "=0000AAAAAAAAAAAAAAAAAAAAAAA:x", "x=y")) {
      var answer = Browser.post(LARDER, Browser.body(victim), "Cookie", planted);
      assertThat(answer.statusCode()).isEqualTo(200);
      var signedIn = Browser.of(LARDER, answer);
      assertThat(id(signedIn.cookie())).isNotEqualTo(id(planted));
      assertThat(new Browser(LARDER, planted, signedIn.token()).isKnown()).isFalse();
      assertThat(json(signedIn.forged("GET", "/api/me", "")).get("name").asText())
          .isEqualTo("victim");
    }
    assertThat(enemy.isKnown()).as("its own session was taken over, and ended").isFalse();
  }

  /** The id in a cookie, without the versions and nodes around it. */
  private static String id(String cookie) {
    return cookie.replaceAll(".*=(0000)?", "").replaceAll(":.*", "");
  }

  @Test
  void csrf_missingWrongOrAnothersToken_is403() {
    var browser = Browser.signIn(LARDER, LarderProcess.KEY);
    var other = Browser.signIn(LARDER, LarderProcess.KEY);
    assertThat(browser.token()).isNotEqualTo(other.token());
    for (var token :
        List.of(
            "",
            "wrong",
            other.token(),
            browser.token() + "x",
            browser.token().substring(1),
            browser.token().toUpperCase(Locale.ROOT))) {
      var forged = new Browser(LARDER, browser.cookie(), token);
      for (var method : List.of("POST", "PUT", "PATCH", "DELETE")) {
        assertThat(forged.send(method, "/api/cache", "").statusCode()).isEqualTo(403);
      }
      var wire = forged.send("POST", "/v1/messages", "{}");
      assertThat(wire.statusCode()).isEqualTo(403);
      assertThat(text(wire)).startsWith("{\"type\":\"error\"").contains("csrf_token_invalid");
    }
    assertThat(browser.forged("POST", "/api/keys?csrfToken=" + browser.token(), "{}").statusCode())
        .as("in the URL it counts for nothing")
        .isEqualTo(403);
    assertThat(browser.forged("GET", "/v1/models", "").statusCode()).isEqualTo(200);
    assertThat(browser.send("POST", "/api/keys", "{\"owner\":\"csrf\"}").statusCode())
        .isEqualTo(201);
  }

  @Test
  void key_besideASession_winsAndNeedsNoToken() {
    var admin = Browser.signIn(LARDER, LarderProcess.KEY);
    var key = user("{\"owner\":\"beside\"}").get("key").asText();
    var made = admin.forged("POST", "/api/keys", "", "x-api-key", key);
    assertThat(json(made).get("owner").asText()).isEqualTo("beside");
    var me = admin.forged("GET", "/api/me", "", "x-api-key", key);
    assertThat(text(me))
        .startsWith("{\"name\":\"beside\",\"tenant\":\"default\",\"roles\":[\"user\"],");
    assertThat(admin.send("GET", "/api/me", "", "x-api-key", "wrong").statusCode()).isEqualTo(401);
  }

  @Test
  void revokedKey_itsSession_isOverAtOnce() {
    var key = user("{\"owner\":\"revoked\"}");
    var browser = Browser.signIn(LARDER, key.get("key").asText());
    assertThat(browser.isKnown()).isTrue();
    assertThat(new Api(LARDER).delete("/api/keys/" + key.get("id").asText()).statusCode())
        .isEqualTo(204);
    assertThat(browser.isKnown()).isFalse();
    assertThat(browser.send("POST", "/v1/chat/completions", ask("demo", "x")).statusCode())
        .isEqualTo(401);
  }

  @Test
  void expiredKey_itsSession_isOver() {
    var expires = Instant.now().plusSeconds(2);
    var key = user("{\"owner\":\"expires\",\"expires\":\"" + expires + "\"}");
    var browser = Browser.signIn(LARDER, key.get("key").asText());
    Await.until("over", Duration.ofSeconds(5), () -> !browser.isKnown());
    assertThat(Instant.now()).isAfterOrEqualTo(expires);
  }

  @Test
  void idle_aSession_isOverThen() {
    var browser = Browser.signIn(brief, LarderProcess.KEY);
    Await.during(IDLE.plusMillis(500), browser::isKnown);
    Await.during(IDLE.plusMillis(200), () -> true);
    assertThat(browser.isKnown()).isFalse();
  }

  @Test
  void max_aSessionInUse_isOverThenAllTheSame() {
    long begun = System.nanoTime();
    var browser = Browser.signIn(brief, LarderProcess.KEY);
    Await.until("over", MAX.plusSeconds(3), () -> !browser.isKnown());
    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThanOrEqualTo(MAX);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '!',
      quoteCharacter = '`',
      value = {
        "{\"key\":7}",
        "{\"key\":null}",
        "{\"key\":[\"it-admin-key\"]}",
        "{\"key\":\"it-admin-key\",\"more\":1}",
        "{\"key\":\"wrong\",\"key\":\"it-admin-key\"}",
        "{}",
        "[]",
        "\"it-admin-key\"",
        "key=it-admin-key",
        "{\"key\":\"it-admin-key\""
      })
  void signIn_anotherBody_is400AndShowsNothingOfIt(String body) {
    var answer = Browser.post(LARDER, body);
    assertThat(answer.statusCode()).as(text(answer)).isEqualTo(400);
    assertThat(header(answer, "Content-Type")).startsWith("application/problem+json");
    assertThat(text(answer)).doesNotContain("it-admin-key", "wrong");
    assertThat(answer.headers().allValues("Set-Cookie")).isEmpty();
  }

  @Test
  void signIn_badKeys_are401Or413() {
    var lk = "lk_" + "a".repeat(43);
    for (var key : List.of("", " ", "wrong", lk, "x".repeat(513), "\\u0000", "é", "' OR 1=1 --")) {
      var answer = Browser.post(LARDER, Browser.body(key));
      assertThat(answer.statusCode()).as(key).isEqualTo(401);
      assertThat(text(answer)).contains("invalid_api_key");
      assertThat(header(answer, "WWW-Authenticate")).startsWith("Bearer");
    }
    for (int size : new int[] {5_000, 1_000_000}) {
      assertThat(Browser.post(LARDER, Browser.body("x".repeat(size))).statusCode()).isEqualTo(413);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/jsonp"
      })
  void signIn_whatAFormCanSend_is415(String type) {
    var answer =
        LarderProcess.send(
            HttpRequest.newBuilder(LARDER.uri("/api/session"))
                .header("Content-Type", type)
                .POST(HttpRequest.BodyPublishers.ofString(Browser.body(LarderProcess.KEY)))
                .build());
    assertThat(answer.statusCode()).as(text(answer)).isEqualTo(415);
  }

  @Test
  void signIn_fromAnotherSitesPage_is403() {
    var own = LARDER.uri("").toString();
    var body = Browser.body(LarderProcess.KEY);
    for (var headers :
        List.of(
            List.of("Sec-Fetch-Site", "cross-site"),
            List.of("Sec-Fetch-Site", "same-site"),
            List.of("Sec-Fetch-Site", "cross-site", "Origin", own),
            List.of("Origin", "https://evil.example"),
            List.of("Origin", "null"),
            List.of("Origin", own + "0"),
            List.of("Origin", own.replace("://", "://evil.")))) {
      var answer = Browser.post(LARDER, body, headers.toArray(String[]::new));
      assertThat(answer.statusCode()).as(headers.toString()).isEqualTo(403);
      assertThat(text(answer)).contains("cross_site");
    }
    assertThat(Browser.post(LARDER, body, "Sec-Fetch-Site", "same-origin").statusCode())
        .isEqualTo(200);
    assertThat(Browser.post(LARDER, body, "Origin", own).statusCode()).isEqualTo(200);
    assertThat(
            Browser.post(brief, body, "Sec-Fetch-Site", "cross-site", "Origin", FRIEND)
                .statusCode())
        .isEqualTo(200);
  }

  @Test
  void signIn_otherSpellingsOfItsPath_wantAKey() {
    for (var path :
        List.of(
            "/api//session",
            "/api/session/",
            "/api/./session",
            "/api/session;x=y",
            "/api/%73ession")) {
      var answer =
          LarderProcess.send(
              HttpRequest.newBuilder(LARDER.uri(path))
                  .header("Content-Type", "application/json")
                  .POST(HttpRequest.BodyPublishers.ofString(Browser.body(LarderProcess.KEY)))
                  .build());
      assertThat(answer.statusCode()).as(path).isIn(401, 404);
    }
    var inTheUrl = Browser.post(LARDER, "{}");
    assertThat(inTheUrl.statusCode()).isEqualTo(400);
    var url =
        LarderProcess.send(
            HttpRequest.newBuilder(LARDER.uri("/api/session?key=" + LarderProcess.KEY))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{}"))
                .build());
    assertThat(url.statusCode()).isEqualTo(400);
  }

  @Test
  void id_inTheUrlOrAltered_isNobodys() {
    var browser = Browser.signIn(LARDER, LarderProcess.KEY);
    var value = browser.cookie().substring(browser.cookie().indexOf('=') + 1);
    var id = id(browser.cookie());
    for (var path :
        List.of(
            "/api/me;jsessionid=" + value,
            "/api/me?" + browser.cookie(),
            "/api/me;" + browser.cookie())) {
      var answer = LarderProcess.send(HttpRequest.newBuilder(LARDER.uri(path)).build());
      assertThat(answer.statusCode()).as(path).isEqualTo(401);
    }
    for (var altered :
        List.of(
            value.replace(id, id.substring(1) + "A"),
            value.replace(id, id.toLowerCase(Locale.ROOT)),
            value.replace(id, ""),
            "null",
            "0000" + "x".repeat(4000))) {
      var answer = new Browser(LARDER, Browser.COOKIE + "=" + altered, browser.token());
      assertThat(answer.isKnown()).as(altered).isFalse();
    }
    assertThat(new Browser(brief, browser.cookie(), browser.token()).isKnown())
        .as("another node's")
        .isFalse();
    assertThat(browser.isKnown()).isTrue();
  }

  @Test
  void cors_originsThatAreListed_mayCallAndRead() {
    var preflight =
        preflight(brief, FRIEND, "POST", "authorization, content-type, x-stainless-lang");
    assertThat(preflight.statusCode()).isEqualTo(204);
    assertThat(header(preflight, "Access-Control-Allow-Origin")).isEqualTo(FRIEND);
    assertThat(header(preflight, "Access-Control-Allow-Credentials")).isEqualTo("true");
    assertThat(header(preflight, "Access-Control-Allow-Headers"))
        .isEqualTo("authorization, content-type, x-stainless-lang");
    assertThat(header(preflight, "Access-Control-Allow-Methods")).contains("PATCH", "DELETE");
    assertThat(header(preflight, "Access-Control-Max-Age")).isEqualTo("600");

    var chat = brief.chat(ask("demo", "cors"), "Origin", FRIEND);
    assertThat(chat.statusCode()).isEqualTo(200);
    assertThat(header(chat, "Access-Control-Allow-Origin")).isEqualTo(FRIEND);
    assertThat(header(chat, "Access-Control-Expose-Headers"))
        .contains("Larder-Key", "Larder-Stream", "Cache-Status", "X-Cache", "Age", "RateLimit")
        .contains("Retry-After", "x-ratelimit-remaining-tokens")
        .contains("anthropic-ratelimit-input-tokens-reset");
    var models = LarderProcess.send(brief.request("/v1/models").header("Origin", FRIEND).build());
    assertThat(String.join(", ", models.headers().allValues("Vary"))).contains("Origin", "Cookie");
    var stranger =
        LarderProcess.send(
            HttpRequest.newBuilder(brief.uri("/v1/models")).header("Origin", FRIEND).build());
    assertThat(stranger.statusCode()).isEqualTo(401);
    assertThat(header(stranger, "Access-Control-Allow-Origin"))
        .as("so that the page can read why")
        .isEqualTo(FRIEND);
  }

  @Test
  void cors_otherOrigins_areToldNothing() {
    for (var origin :
        List.of(
            "https://evil.example",
            "null",
            FRIEND + ".evil.example",
            "http://friend.example",
            "*")) {
      var preflight = preflight(brief, origin, "POST", "authorization");
      assertThat(preflight.statusCode()).as(origin).isEqualTo(401);
      var answer = LarderProcess.send(brief.request("/api/me").header("Origin", origin).build());
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(String.join(",", answer.headers().allValues("Vary"))).contains("Origin");
      for (var one : List.of(preflight, answer)) {
        assertThat(one.headers().map().keySet())
            .noneMatch(name -> name.toLowerCase(Locale.ROOT).startsWith("access-control"));
      }
    }
    var off = LarderProcess.send(LARDER.request("/api/me").header("Origin", FRIEND).build());
    assertThat(off.headers().map().keySet())
        .noneMatch(name -> name.toLowerCase(Locale.ROOT).startsWith("access-control"));
    assertThat(off.headers().allValues("Vary")).isEmpty();
  }

  @Test
  void cors_anyOrigin_stopsTheStart() {
    var larder =
        LarderProcess.startAndFail("session-wrong", Map.of("LARDER_API_CORS_ORIGINS", "*"));

    assertThat(larder.process().exitValue()).isNotZero();
    assertThat(larder.log())
        .containsOnlyOnce("Larder stops: larder.api.cors-origins must be origins such as");
  }

  private static HttpResponse<byte[]> preflight(
      LarderProcess node, String origin, String method, String fields) {
    return LarderProcess.send(
        HttpRequest.newBuilder(node.uri("/v1/chat/completions"))
            .header("Origin", origin)
            .header("Access-Control-Request-Method", method)
            .header("Access-Control-Request-Headers", fields)
            .method("OPTIONS", HttpRequest.BodyPublishers.noBody())
            .build());
  }

  @Test
  void signIn_moreOftenThanAnybodyNeeds_is429AndTheSessionsStay() {
    var key = user("{\"owner\":\"often\"}").get("key").asText();
    var browser = Browser.signIn(LARDER, key);
    for (int i = 1; i < 60; i++) {
      browser = Browser.signIn(LARDER, key);
    }
    var answer = Browser.post(LARDER, Browser.body(key));
    assertThat(answer.statusCode()).as(text(answer)).isEqualTo(429);
    assertThat(json(answer).get("violated-policies").get(0).asText()).isEqualTo("sign-ins");
    assertThat(Integer.parseInt(header(answer, "Retry-After"))).isGreaterThan(60);
    assertThat(answer.headers().allValues("Set-Cookie")).isEmpty();
    assertThat(browser.isKnown()).isTrue();
  }
}

package it;

import static it.Api.ask;
import static it.Api.header;
import static it.Api.json;
import static it.Api.text;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Users that the server knows: bearers of a JWT and users of a registry, configured as the guide
 * says.
 */
final class ServerUsersIT {
  private static final int FAILURES_MAX = 60;
  private static final int TLS_PORT = ValkeyProcess.freePort();
  private static Tokens tokens;
  private static LarderProcess larder;

  @BeforeAll
  static void start() {
    tokens = new Tokens();
    larder =
        LarderProcess.start(
            "server-users",
            Map.of("LARDER_LIMITS_STRANGER", "requests=" + FAILURES_MAX + ";w=600"),
            Map.of(
                "jwt.xml",
                guide("mpJwt")
                    .replace("https://id.example.com/jwks.json", tokens.uri())
                    .replace("password=\"…\"", "password=\"changeit\""),
                "registry.xml",
                guide("basicRegistry"),
                "tls.xml",
                "<httpEndpoint id=\"defaultHttpEndpoint\" httpsPort=\"" + TLS_PORT + "\"/>"));
  }

  /** What stands in the guide, of the file that has that element. */
  static String guide(String element) {
    try {
      return Pattern.compile("<server>(.*?)</server>", Pattern.DOTALL)
          .matcher(Files.readString(Path.of("docs/guide/security.md")))
          .results()
          .map(file -> file.group(1))
          .filter(file -> file.contains("<" + element + " "))
          .findFirst()
          .orElseThrow();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  @AfterAll
  static void stop() {
    larder.close();
    tokens.close();
  }

  private static HttpResponse<byte[]> send(
      String authorization, String method, String path, String body, String... headers) {
    var request =
        HttpRequest.newBuilder(larder.uri(path))
            .header("Authorization", authorization)
            .header("Content-Type", "application/json")
            .method(method, HttpRequest.BodyPublishers.ofString(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return LarderProcess.send(request.build());
  }

  private static HttpResponse<byte[]> me(String authorization) {
    return send(authorization, "GET", "/api/me", "");
  }

  private static String bearer(String token) {
    return "Bearer " + token;
  }

  private static String basic(String user, String password) {
    var pair = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
    return "Basic " + Base64.getEncoder().encodeToString(pair);
  }

  @Test
  void token_ofAUser_isTheUserOfItsTenant() {
    var carl =
        bearer(tokens.good("\"sub\":\"carl\",\"tenant\":\"t-9\",\"groups\":[\"user\",\"staff\"]"));
    assertThat(text(me(carl)))
        .startsWith("{\"name\":\"carl\",\"tenant\":\"t-9\",\"roles\":[\"user\"],");
    assertThat(me(carl).headers().allValues("Set-Cookie")).isEmpty();
    var chat = send(carl, "POST", "/v1/chat/completions", ask("demo", "carl"));
    assertThat(chat.statusCode()).as(text(chat)).isEqualTo(200);
    assertThat(header(chat, "RateLimit")).startsWith("\"user-requests\"");
    assertThat(send(carl, "GET", "/api/cache/entries", "").statusCode()).isEqualTo(403);
    assertThat(json(send(carl, "POST", "/api/keys", "{}")).get("tenant").asText()).isEqualTo("t-9");
    assertThat(send(carl, "POST", "/api/keys", "{}", "Sec-Fetch-Site", "cross-site").statusCode())
        .as("browsers do not send tokens by themselves")
        .isEqualTo(201);
  }

  @Test
  void token_ofAnAdministrator_isOneOfTheDefaultTenant() {
    var ada = bearer(tokens.good("\"sub\":\"ada\",\"groups\":[\"admin\"]"));
    assertThat(text(me(ada)))
        .startsWith("{\"name\":\"ada\",\"tenant\":\"default\",\"roles\":[\"admin\",\"user\"],");
    assertThat(send(ada, "GET", "/api/cache/entries", "").statusCode()).isEqualTo(200);
  }

  @Test
  void token_withoutARoleOrWithANameThatDoesNotDo_is403() {
    for (var claims :
        List.of(
            "\"sub\":\"nora\"",
            "\"sub\":\"nora\",\"groups\":[\"staff\"]",
            "\"sub\":\"a/b\",\"groups\":[\"user\"]",
            "\"sub\":\"a b\",\"groups\":[\"user\"]",
            "\"sub\":\"nora\",\"tenant\":\"a/b\",\"groups\":[\"admin\"]",
            "\"sub\":\"nora\",\"tenant\":\"\",\"groups\":[\"admin\"]")) {
      var token = bearer(tokens.good(claims));
      assertThat(me(token).statusCode()).as(claims).isEqualTo(403);
      assertThat(send(token, "POST", "/v1/chat/completions", ask("demo", "n")).statusCode())
          .as(claims)
          .isEqualTo(403);
    }
  }

  @Test
  void token_thatIsNotGood_is401AndIsNotLogged() {
    var user = "\"sub\":\"olga\",\"groups\":[\"admin\"]";
    var later = Instant.now().plusSeconds(3600);
    var good = tokens.good(user);
    var body = good.split("\\.", -1)[1];
    try (var others = new Tokens()) {
      for (var token :
          List.of(
              tokens.sign(Tokens.ISSUER, "larder", Instant.now().minusSeconds(3000), user),
              tokens.sign(Tokens.ISSUER, "other", later, user),
              tokens.sign("https://evil.example", "larder", later, user),
              others.good(user),
              Tokens.encode("{\"alg\":\"none\"}") + "." + body + ".",
              good.substring(0, good.length() - 8) + "AAAAAAAA",
              good + ".x.y",
              "ey.ey.ey")) {
        var answer = me(bearer(token));
        assertThat(answer.statusCode()).as(token).isEqualTo(401);
        assertThat(header(answer, "Content-Type")).startsWith("application/problem+json");
        assertThat(header(answer, "WWW-Authenticate")).isEqualTo("Bearer realm=\"larder\"");
        assertThat(header(answer, "Content-Security-Policy")).contains("default-src 'self'");
        if (token.length() > 20) {
          assertThat(larder.log() + larder.console()).doesNotContain(token.split("\\.", -1)[1]);
        }
      }
    }
    assertThat(me(bearer(good)).statusCode()).isEqualTo(200);
  }

  @Test
  void keys_besideTokens_areStillKeysAndNotTheServers() throws IOException {
    assertThat(me(bearer(LarderProcess.KEY)).statusCode()).isEqualTo(200);
    var made = json(new Api(larder).post("/api/keys", "{\"owner\":\"kim\"}"));
    assertThat(text(me(bearer(made.get("key").asText())))).startsWith("{\"name\":\"kim\"");
    var unknown = "lk_" + "b".repeat(43);
    assertThat(me(bearer(unknown)).statusCode()).isEqualTo(401);
    assertThat(Browser.signIn(larder, LarderProcess.KEY).isKnown()).isTrue();
    assertThat(me(bearer("ey." + unknown)).statusCode()).isEqualTo(401);
    assertThat(larder.log()).doesNotContain(unknown);
    assertThat(me(bearer("ey.ey.ey")).statusCode()).as("shown to the server").isEqualTo(401);
    var trace = larder.serverXml().resolveSibling("logs/trace.log");
    assertThat(Files.readString(trace))
        .contains("CWWKS5523E")
        .doesNotContain(made.get("key").asText(), LarderProcess.KEY, "Bearer lk_");
  }

  @Test
  void registry_itsUsers_areKnownByTheirPasswords() {
    assertThat(text(me(basic("bob", "bobs-password"))))
        .startsWith("{\"name\":\"bob\",\"tenant\":\"default\",\"roles\":[\"user\"],");
    assertThat(text(me(basic("root", "roots-password")))).contains("[\"admin\",\"user\"]");
    assertThat(me(basic("bob", "bobs-password")).headers().allValues("Set-Cookie")).isEmpty();
    for (var wrong :
        List.of(
            basic("bob", "wrong"),
            basic("bob", ""),
            basic("", ""),
            basic("nobody", "x"),
            "Basic x")) {
      assertThat(me(wrong).statusCode()).as(wrong).isEqualTo(401);
    }
  }

  /** Goal: passwords are tried where failures are counted, and nowhere else. */
  @Test
  void registry_besideWhatLooksLikeAToken_isNotTried() {
    var bob = basic("bob", "bobs-password");
    assertThat(send(bob, "GET", "/api/me", "", "x-api-key", "a.b.c").statusCode()).isEqualTo(401);
    assertThat(send(basic("bob", "wrong"), "GET", "/", "").statusCode()).isEqualTo(200);
    assertThat(send(basic("bob", "wrong"), "GET", "/health/ready", "").statusCode()).isEqualTo(200);
  }

  @Test
  void tls_anAnswerOverIt_saysToStayThere() throws Exception {
    var trusting = SSLContext.getInstance("TLS");
    trusting.init(null, new TrustManager[] {new Anybody()}, null);
    try (var http = HttpClient.newBuilder().sslContext(trusting).build()) {
      var tls = "https://localhost:" + TLS_PORT;
      for (var path : List.of("/", "/api/me", "/v1/models")) {
        var answer =
            http.send(
                HttpRequest.newBuilder(URI.create(tls + path)).build(), BodyHandlers.ofByteArray());
        assertThat(header(answer, "Strict-Transport-Security")).isEqualTo("max-age=31536000");
      }
      var signIn =
          HttpRequest.newBuilder(URI.create(tls + "/api/session"))
              .header("Content-Type", "application/json")
              .POST(HttpRequest.BodyPublishers.ofString(Browser.body(LarderProcess.KEY)))
              .build();
      for (int i = 0; i < 2; i++) {
        assertThat(http.send(signIn, BodyHandlers.ofByteArray()).statusCode()).isEqualTo(200);
      }
    }
    assertThat(larder.log()).containsOnlyOnce("set larder.session.secure to true");
    assertThat(header(me(bearer(LarderProcess.KEY)), "Strict-Transport-Security")).isEmpty();
  }

  /** Trusts any certificate: the server has made its own. */
  private static final class Anybody extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }

  /** Goal: the password that a browser remembers is not another page's to use. */
  @Test
  void registry_aForgedRequest_is403() {
    var bob = basic("bob", "bobs-password");
    for (var headers :
        List.of(
            List.of("Sec-Fetch-Site", "cross-site"),
            List.of("Sec-Fetch-Site", "same-site"),
            List.of("Origin", "https://evil.example"))) {
      var forged = send(bob, "POST", "/api/keys", "{}", headers.toArray(String[]::new));
      assertThat(forged.statusCode()).isEqualTo(403);
      assertThat(text(forged)).contains("cross_site");
    }
    assertThat(send(bob, "POST", "/api/keys", "{}").statusCode()).isEqualTo(201);
  }
}

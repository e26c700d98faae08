package it;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** A browser that is signed in at a node: it has a cookie, and the page has a token. */
record Browser(LarderProcess node, String cookie, String token) {
  static final String COOKIE = "LARDERSESSION";

  /** Signs in, and fails the test if that does not work. */
  static Browser signIn(LarderProcess node, String key, String... headers) {
    var answer = post(node, body(key), headers);
    assertThat(answer.statusCode()).as(Api.text(answer)).isEqualTo(200);
    return of(node, answer);
  }

  /** What an answer to signing in makes of a browser. */
  static Browser of(LarderProcess node, HttpResponse<byte[]> answer) {
    var cookie = setCookie(answer);
    return new Browser(
        node, cookie.substring(0, cookie.indexOf(';')), Api.json(answer).get("csrfToken").asText());
  }

  /** The one field that sets the session's cookie. */
  static String setCookie(HttpResponse<byte[]> answer) {
    var cookies =
        answer.headers().allValues("Set-Cookie").stream()
            .filter(one -> one.startsWith(COOKIE + "="))
            .toList();
    assertThat(cookies).hasSize(1);
    return cookies.getFirst();
  }

  static String body(String key) {
    return "{\"key\":\"" + key + "\"}";
  }

  /** Asks to sign in, with header fields in pairs. */
  static HttpResponse<byte[]> post(LarderProcess node, String body, String... headers) {
    var all = new ArrayList<>(List.of("Content-Type", "application/json"));
    all.addAll(List.of(headers));
    return send(node, "POST", "/api/session", body, all);
  }

  /** Sends what the page sends. */
  HttpResponse<byte[]> send(String method, String path, String body, String... headers) {
    var all = new ArrayList<>(List.of("Cookie", cookie, "X-CSRF-Token", token));
    all.addAll(List.of(headers));
    return send(node, method, path, body, all);
  }

  /** Sends what another page can make the browser send. */
  HttpResponse<byte[]> forged(String method, String path, String body, String... headers) {
    var all = new ArrayList<>(List.of("Cookie", cookie));
    all.addAll(List.of(headers));
    return send(node, method, path, body, all);
  }

  /** The session's id; the cookie begins with four characters that are not of it. */
  String id() {
    return cookie.substring(COOKIE.length() + 5).replaceAll(":.*", "");
  }

  /** What stands in the store for an id. */
  static String digest(String id) {
    try {
      var hash = MessageDigest.getInstance("SHA-256").digest(id.getBytes(StandardCharsets.UTF_8));
      return Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
    } catch (NoSuchAlgorithmException impossible) {
      throw new AssertionError(impossible);
    }
  }

  boolean isKnown() {
    int status = forged("GET", "/api/me", "").statusCode();
    assertThat(status).isIn(200, 401);
    return status == 200;
  }

  private static HttpResponse<byte[]> send(
      LarderProcess node, String method, String path, String body, List<String> headers) {
    var request =
        HttpRequest.newBuilder(node.uri(path))
            .timeout(Duration.ofSeconds(30))
            .method(
                method,
                body.isEmpty()
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body));
    if (headers.stream().noneMatch(name -> name.equals("Content-Type")) && !body.isEmpty()) {
      request.header("Content-Type", "application/json");
    }
    request.headers(headers.toArray(String[]::new));
    return LarderProcess.send(request.build());
  }
}

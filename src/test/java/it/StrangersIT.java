package it;

import static it.Api.header;
import static it.Api.text;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Wrong keys are counted by address, over two nodes with one Valkey; good ones are let in. */
final class StrangersIT {
  private static final int MAX = 8;
  private static ValkeyProcess valkey;
  private static LarderProcess here;
  private static LarderProcess there;

  @BeforeAll
  static void start() {
    valkey = ValkeyProcess.start();
    var other = CompletableFuture.supplyAsync(() -> node("strangers-b"));
    here = node("strangers-a");
    there = other.join();
  }

  private static LarderProcess node(String name) {
    return LarderProcess.start(
        name,
        Map.of(
            "LARDER_VALKEY_URI",
            valkey.uri(),
            "LARDER_LIMITS_STRANGER",
            "requests=" + MAX + ";w=600"));
  }

  @AfterAll
  static void stop() {
    here.close();
    there.close();
    valkey.close();
  }

  private static HttpResponse<byte[]> knock(LarderProcess node, String path, String key) {
    var request = HttpRequest.newBuilder(node.uri(path)).header("x-api-key", key);
    return LarderProcess.send(request.build());
  }

  @Test
  void wrongKeys_tooMany_are429AndAGoodOneIsLetIn() {
    var node = here;
    for (int i = 0; i < MAX; i++) {
      assertThat(knock(node, "/api/me", "wrong-" + i).statusCode()).isEqualTo(401);
      // who shows nothing guesses nothing
      assertThat(
              LarderProcess.send(HttpRequest.newBuilder(node.uri("/api/me")).build()).statusCode())
          .isEqualTo(401);
      node = node == here ? there : here;
    }
    for (var one : new LarderProcess[] {here, there}) {
      var problem = knock(one, "/api/me", "wrong");
      assertThat(problem.statusCode()).isEqualTo(429);
      assertThat(Integer.parseInt(header(problem, "Retry-After"))).isBetween(1, 610);
      assertThat(text(problem))
          .startsWith(
              "{\"type\":\"https://iana.org/assignments/http-problem-types#quota-exceeded\"")
          .contains("limit stranger-requests of strangers at this address is reached: 8 requests");
      assertThat(text(knock(one, "/v1/messages", "lk_" + "a".repeat(43))))
          .startsWith("{\"type\":\"error\"")
          .contains("rate_limit_error");
      var signIn = Browser.post(one, Browser.body("wrong"));
      assertThat(signIn.statusCode()).isEqualTo(429);
      assertThat(header(signIn, "Retry-After")).isNotEmpty();

      assertThat(knock(one, "/api/me", LarderProcess.KEY).statusCode()).isEqualTo(200);
      assertThat(Browser.signIn(one, LarderProcess.KEY).isKnown()).isTrue();
    }
    assertThat(valkey.command("KEYS", "larder:1:limit:*")).contains("{stranger/127.0.0.1}");
  }
}

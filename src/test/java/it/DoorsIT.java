package it;

import static it.Shared.LARDER;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Who gets in, and what stands around the inference: models, health, figures, descriptions,
 * headers.
 */
final class DoorsIT {

  @ParameterizedTest
  @CsvSource({
    "POST, /v1/chat/completions",
    "GET, /v1/models",
    "GET, /v1/models/demo",
    "GET, /v1/nothing",
    "POST, /v1//chat/completions",
    "GET, /v1/../v1/models",
    "GET, /v1;x=y/models"
  })
  void stranger_belowV1_is401(String method, String path) {
    for (var key :
        new String[] {
          "", "Bearer ", "Bearer wrong", "Basic " + LarderProcess.KEY, LarderProcess.KEY
        }) {
      var request =
          HttpRequest.newBuilder(LARDER.uri(path))
              .method(method, HttpRequest.BodyPublishers.ofString("{}"));
      if (!key.isEmpty()) {
        request.header("Authorization", key);
      }
      var answer = LarderProcess.send(request.build());
      assertThat(answer.statusCode()).as("%s %s with '%s'", method, path, key).isEqualTo(401);
      assertThat(text(answer)).contains("\"code\":\"invalid_api_key\"");
      assertThat(header(answer, "WWW-Authenticate")).startsWith("Bearer");
      assertThat(header(answer, "Content-Security-Policy")).contains("frame-ancestors 'none'");
    }
  }

  @Test
  void stranger_belowApi_is401AsAProblem() {
    var answer = LarderProcess.send(HttpRequest.newBuilder(LARDER.uri("/api/me")).build());

    assertThat(answer.statusCode()).isEqualTo(401);
    assertThat(header(answer, "Content-Type")).startsWith("application/problem+json");
  }

  @Test
  void key_eitherWay_isTheAdministrator() {
    var bearer = LarderProcess.send(LARDER.request("/api/me").build());
    var plain =
        LarderProcess.send(
            HttpRequest.newBuilder(LARDER.uri("/api/me"))
                .header("x-api-key", LarderProcess.KEY)
                .build());

    assertThat(text(bearer))
        .startsWith("{\"name\":\"admin\",\"tenant\":\"default\",\"roles\":[\"admin\",\"user\"],")
        .isEqualTo(text(plain));
  }

  @Test
  void models_ofAllProviders_areListedUnderNamesThatLeadThere() {
    Shared.SCRIPTED.script(
        "/v1/models",
        (request, answer) ->
            answer.whole(
                200,
                "application/json",
                "{\"data\":[{\"id\":\"s-1\", \"x\":1.50},{\"id\":\"gpt-4\"}]}"));

    Await.until(
        "the list of another test is past its time",
        () -> text(LarderProcess.send(LARDER.request("/v1/models").build())).contains("s-1"));
    var list = LarderProcess.send(LARDER.request("/v1/models").build());
    assertThat(list.statusCode()).isEqualTo(200);
    assertThat(text(list))
        .startsWith("{\"object\":\"list\",\"data\":[")
        .contains("{\"id\":\"s-1\",\"x\":1.50}", "{\"id\":\"scripted/gpt-4\"}", "\"id\":\"demo\"");
    var one = LarderProcess.send(LARDER.request("/v1/models/scripted/gpt-4").build());
    assertThat(text(one)).isEqualTo("{\"id\":\"scripted/gpt-4\"}");
    var none = LarderProcess.send(LARDER.request("/v1/models/nothing").build());
    assertThat(none.statusCode()).isEqualTo(404);
    assertThat(text(none)).contains("nothing", "model_not_found");
  }

  @ParameterizedTest
  @CsvSource({"GET, /v1/chat/completions, 405", "GET, /v1/nothing, 404", "GET, /api/nothing, 404"})
  void request_toNowhere_isToldInTheDoorsShape(String method, String path, int status) {
    var answer =
        LarderProcess.send(
            LARDER.request(path).method(method, HttpRequest.BodyPublishers.noBody()).build());

    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(text(answer))
        .startsWith(path.startsWith("/v1") ? "{\"error\":" : "{\"type\":\"about:blank\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/health/started", "/health/live", "/health/ready"})
  void health_isUp(String path) {
    var answer = LarderProcess.send(HttpRequest.newBuilder(LARDER.uri(path)).build());

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(text(answer)).contains("\"status\":\"UP\"");
  }

  @Test
  void metrics_haveTheNamesOfTheContract() {
    LARDER.chat("{\"model\":\"demo\",\"messages\":[{\"role\":\"user\",\"content\":\"metrics\"}]}");
    LARDER.chat("{\"model\":\"demo\",\"messages\":[{\"role\":\"user\",\"content\":\"metrics\"}]}");
    var figures = text(LarderProcess.send(HttpRequest.newBuilder(LARDER.uri("/metrics")).build()));

    for (var name :
        new String[] {
          "larder_cache_requests_total{", "larder_cache_lookup_seconds_count",
              "larder_inference_seconds_count{",
          "larder_first_token_seconds_count", "larder_tokens_saved_total", "larder_streams_open"
        }) {
      assertThat(figures).contains(name);
    }
    assertThat(figures)
        .containsPattern("larder_cache_requests_total\\{[^}]*result=\"hit\",type=\"chat\"");
  }

  @Test
  void openapi_describesTheEndpoints() {
    var description =
        text(LarderProcess.send(HttpRequest.newBuilder(LARDER.uri("/openapi")).build()));

    assertThat(description)
        .contains("/v1/chat/completions:", "/v1/models:", "/v1/models/{id}:", "/api/me:")
        .contains("application/jsonl:", "text/event-stream:");
    assertThat(LARDER.log()).contains("CWWKO1660I").doesNotContain("SROAP", "CWWKO168");
  }

  @Test
  void everyAnswer_carriesSecurityHeadersAndNoServerName() {
    for (var path : new String[] {"/", "/index.html", "/api/me", "/nothing-here"}) {
      var answer = LarderProcess.send(LARDER.request(path).build());
      assertThat(header(answer, "Content-Security-Policy"))
          .contains("default-src 'self'", "object-src 'none'")
          .doesNotContain("unsafe");
      assertThat(header(answer, "X-Content-Type-Options")).isEqualTo("nosniff");
      assertThat(answer.headers().firstValue("Server")).isEmpty();
      assertThat(answer.headers().firstValue("X-Powered-By")).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/metrics", "/health", "/openapi", "/openapi/ui/", "/favicon.ico", "/v1", "/api"})
  void answer_ofWhatIsNotLarders_carriesSecurityHeadersToo(String path) {
    var answer = LarderProcess.send(HttpRequest.newBuilder(LARDER.uri(path)).build());
    assertThat(header(answer, "X-Content-Type-Options")).isEqualTo("nosniff");
    assertThat(header(answer, "X-Frame-Options")).isEqualTo("DENY");
    assertThat(header(answer, "Referrer-Policy")).isEqualTo("no-referrer");
    assertThat(header(answer, "Content-Security-Policy")).isNotEmpty();
    assertThat(answer.headers().firstValue("Strict-Transport-Security")).as("no TLS").isEmpty();
  }

  @Test
  void log_holdsNoPromptAnswerOrKey() {
    LARDER.chat(
        "{\"model\":\"demo\",\"messages\":[{\"role\":\"user\",\"content\":\"pssst-prompt\"}]}");
    LARDER.chat(
        "{\"model\":\"demo\",\"messages\":[{\"role\":\"user\",\"content\":\"pssst-prompt\"");

    assertThat(LARDER.log() + LARDER.console())
        .doesNotContain("pssst-prompt", LarderProcess.KEY, "vendor-secret");
  }

  private static String text(HttpResponse<byte[]> answer) {
    return new String(answer.body(), StandardCharsets.UTF_8);
  }

  private static String header(HttpResponse<byte[]> answer, String name) {
    return answer.headers().firstValue(name).orElse("");
  }
}

package it;

import static it.Shared.LARDER;
import static it.Shared.SCRIPTED;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Chat over HTTP on the built server: what is forwarded, what comes back, what is kept. */
final class AnswersIT {
  private static final String JSON = "application/json";
  private static final String ANSWER =
      "{ \"choices\":[{\"message\":{\"content\":\"é€😀\"},\"finish_reason\":\"stop\"}] ,\"usage\":"
          + "{\"prompt_tokens\":10,\"completion_tokens\":5}}\n";
  private static final String FIRST =
      "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}],\"usage\":null}\n\n";
  private static final String LAST =
      "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}],\"usage\":null}\n\n";
  private static final String USAGE =
      "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4}}\n\n";
  private static final String DONE = "data: [DONE]\n\n";

  @Test
  void json_asked_isMissThenHitWithTheSameBytes() {
    SCRIPTED.script(
        "s-json",
        (request, answer) ->
            answer.whole(200, JSON, ANSWER, "x-request-id: r1", "Set-Cookie: a=b"));

    var miss = LARDER.chat(ask("s-json"));
    assertThat(miss.statusCode()).isEqualTo(200);
    assertThat(text(miss)).isEqualTo(ANSWER);
    assertThat(header(miss, "X-Cache")).isEqualTo("MISS");
    assertThat(header(miss, "Cache-Status")).isEqualTo("larder; fwd=uri-miss; stored");
    assertThat(header(miss, "Larder-Key")).matches("[0-9a-f]{64}");
    assertThat(header(miss, "x-request-id")).isEqualTo("r1");
    assertThat(miss.headers().firstValue("Set-Cookie")).isEmpty();
    assertThat(miss.headers().firstValue("Age")).isEmpty();

    // another order and spelling of the same
    var hit =
        LARDER.chat(
            "{\"messages\":[{\"content\":\"h\\u0069\",\"role\":\"user\"}], \"model\":\"s-json\"}");
    assertThat(hit.body()).isEqualTo(miss.body());
    assertThat(header(hit, "X-Cache")).isEqualTo("HIT");
    assertThat(header(hit, "Larder-Key")).isEqualTo(header(miss, "Larder-Key"));
    assertThat(header(hit, "Cache-Status"))
        .matches("larder; hit; ttl=[0-9]{5}; key=\"" + header(miss, "Larder-Key") + "\"");
    assertThat(header(hit, "Age")).matches("[0-9]");
    assertThat(header(hit, "Content-Type")).startsWith(JSON);
    assertThat(header(hit, "Server-Timing")).matches("provider;dur=\\d+;desc=\"saved\"");
    assertThat(SCRIPTED.requests("s-json")).hasSize(1);
  }

  @Test
  void stream_asked_isMissThenHitWithTheSameBytes() {
    SCRIPTED.script(
        "s-stream",
        (request, answer) -> {
          answer.streamHead();
          for (var piece : new String[] {": ping\n\n", FIRST, LAST, USAGE, DONE}) {
            answer.piece(piece);
          }
          answer.streamEnd();
        });

    var miss = LARDER.chat(askStream("s-stream"));
    var hit = LARDER.chat(askStream("s-stream"));
    var shown = (": ping\n\n" + FIRST + LAST + DONE).replace(",\"usage\":null", "");
    assertThat(text(miss)).isEqualTo(shown);
    assertThat(header(miss, "X-Cache")).isEqualTo("MISS");
    assertThat(header(miss, "Content-Type")).startsWith("text/event-stream");
    assertThat(text(hit)).isEqualTo(shown);
    assertThat(header(hit, "X-Cache")).isEqualTo("HIT");
    assertThat(header(hit, "Content-Type")).startsWith("text/event-stream");
    assertThat(SCRIPTED.requests("s-stream")).hasSize(1);
    assertThat(SCRIPTED.requests("s-stream").getFirst().body())
        .endsWith(",\"stream_options\":{\"include_usage\":true}}");
  }

  @Test
  void stream_usageAskedFor_isShownFromTheSameEntry() {
    SCRIPTED.script(
        "s-usage",
        (request, answer) -> {
          answer.streamHead();
          answer.piece(FIRST + LAST + USAGE + DONE);
          answer.streamEnd();
        });

    var hidden = LARDER.chat(askStream("s-usage"));
    var shown =
        LARDER.chat(
            askStream("s-usage").replace("}]}", "}],\"stream_options\":{\"include_usage\":true}}"));
    assertThat(text(hidden)).doesNotContain("usage");
    assertThat(text(shown)).isEqualTo(FIRST + LAST + USAGE + DONE);
    assertThat(header(shown, "X-Cache")).isEqualTo("HIT");
  }

  @Test
  void versionsAndPreviewsOfAVendor_areAnswersOfTheirOwn() {
    var body = "{\"type\":\"message\",\"content\":[],\"stop_reason\":\"end_turn\"}";
    SCRIPTED.script("s-beta", (request, answer) -> answer.whole(200, "application/json", body));
    var question = "{\"model\":\"s-beta\",\"max_tokens\":1,\"messages\":[{}]}";

    for (var value : new String[] {"a", "b"}) {
      var path = "/v1/messages";
      assertThat(header(LARDER.post(path, question, "anthropic-beta", value), "X-Cache"))
          .isEqualTo("MISS");
      assertThat(header(LARDER.post(path, question, "Anthropic-Beta", value), "X-Cache"))
          .isEqualTo("HIT");
    }
    assertThat(SCRIPTED.requests("s-beta")).hasSize(2);
  }

  @Test
  void stream_providerThatRefusesUsage_isNotAskedForIt() {
    SCRIPTED.script(
        "p-nousage",
        (request, answer) -> {
          answer.streamHead();
          answer.piece(FIRST + DONE);
          answer.streamEnd();
        });

    assertThat(text(LARDER.chat(askStream("p-nousage")))).isEqualTo(FIRST + DONE);
    assertThat(SCRIPTED.requests("p-nousage").getFirst().body()).isEqualTo(askStream("p-nousage"));
  }

  @Test
  void stream_firstEvent_isOutBeforeTheProviderSendsMore() throws Exception {
    var seen = new CountDownLatch(1);
    SCRIPTED.script(
        "s-first",
        (request, answer) -> {
          answer.streamHead();
          answer.piece(FIRST);
          // no more until the client has the first event; without that the test would time out
          if (seen.await(10, TimeUnit.SECONDS)) {
            answer.piece(LAST + DONE);
          }
          answer.streamEnd();
        });

    var request =
        LARDER
            .request("/v1/chat/completions")
            .header("Content-Type", JSON)
            .POST(BodyPublishers.ofString(askStream("s-first")))
            .build();
    try (var body = LarderProcess.HTTP.send(request, BodyHandlers.ofInputStream()).body()) {
      var first = FIRST.replace(",\"usage\":null", "");
      assertThat(new String(body.readNBytes(first.length()), StandardCharsets.UTF_8))
          .isEqualTo(first);
      seen.countDown();
      assertThat(new String(body.readAllBytes(), StandardCharsets.UTF_8)).endsWith(DONE);
    }
  }

  @Test
  void stream_cutBeforeItsEnd_endsWithAnErrorAndIsNotKept() {
    SCRIPTED.script(
        "s-cut",
        (request, answer) -> {
          answer.streamHead();
          answer.piece(FIRST);
          answer.piece("data: {\"half");
          answer.cut();
        });

    for (int i = 0; i < 2; i++) {
      var broken = LARDER.chat(askStream("s-cut"));
      assertThat(header(broken, "X-Cache")).isEqualTo("MISS");
      assertThat(text(broken))
          .startsWith("data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\ndata: {\"error\":{")
          .contains("stream_interrupted")
          .doesNotContain("half", "[DONE]");
    }
  }

  @Test
  void stream_endedWithoutItsLastEvent_endsWithAnErrorAndIsNotKept() {
    SCRIPTED.script(
        "s-noend",
        (request, answer) -> {
          answer.streamHead();
          answer.piece(FIRST);
          answer.streamEnd();
        });

    assertThat(text(LARDER.chat(askStream("s-noend")))).contains("without the last event");
    assertThat(header(LARDER.chat(askStream("s-noend")), "X-Cache")).isEqualTo("MISS");
  }

  @Test
  void stream_providerHangs_endsWithAnErrorInTime() {
    var over = new CountDownLatch(1);
    SCRIPTED.script(
        "s-hang",
        (request, answer) -> {
          answer.streamHead();
          answer.piece(FIRST);
          over.await(20, TimeUnit.SECONDS);
        });

    assertThat(text(LARDER.chat(askStream("s-hang")))).contains("stopped answering");
    over.countDown();
  }

  @Test
  void stream_errorEvent_isPassedOnAndNotKept() {
    SCRIPTED.script(
        "s-error",
        (request, answer) -> {
          answer.streamHead();
          answer.piece(FIRST + "data: {\"error\":{\"message\":\"overloaded\"}}\n\n" + DONE);
          answer.streamEnd();
        });

    assertThat(text(LARDER.chat(askStream("s-error")))).contains("overloaded");
    assertThat(header(LARDER.chat(askStream("s-error")), "X-Cache")).isEqualTo("MISS");
  }

  @Test
  void stream_hugeFrames_arePassedOnAndKeptWithinTheBound() {
    var frame =
        "data: {\"choices\":[{\"delta\":{\"content\":\"" + "x".repeat(1_500_000) + "\"}}]}\n\n";
    SCRIPTED.script(
        "s-huge",
        (request, answer) -> {
          answer.streamHead();
          int times = request.body().contains("thrice") ? 3 : 1;
          for (int i = 0; i < times; i++) {
            answer.piece(frame);
          }
          answer.piece(DONE);
          answer.streamEnd();
        });

    assertThat(text(LARDER.chat(askStream("s-huge")))).isEqualTo(frame + DONE);
    assertThat(header(LARDER.chat(askStream("s-huge")), "X-Cache")).isEqualTo("HIT");
    var tooLarge = askStream("s-huge").replace("hi", "thrice");
    assertThat(text(LARDER.chat(tooLarge))).isEqualTo(frame + frame + frame + DONE);
    assertThat(header(LARDER.chat(tooLarge), "X-Cache")).isEqualTo("MISS");
  }

  @Test
  void stream_clientLeaves_isReadOnAndKept() throws Exception {
    var left = new CountDownLatch(1);
    var done = new CountDownLatch(1);
    SCRIPTED.script(
        "s-leaves",
        (request, answer) -> {
          answer.streamHead();
          answer.piece(FIRST);
          left.await(10, TimeUnit.SECONDS);
          // enough to make the broken connection show
          for (int i = 0; i < 200; i++) {
            answer.piece(
                "data: {\"choices\":[{\"delta\":{\"content\":\""
                    + "y".repeat(2_000)
                    + "\"}}]}\n\n");
          }
          answer.piece(LAST + DONE);
          answer.streamEnd();
          done.countDown();
        });

    try (var socket = new Socket("localhost", LARDER.port())) {
      var body = askStream("s-leaves").getBytes(StandardCharsets.UTF_8);
      socket
          .getOutputStream()
          .write(
              ("POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
                      + LarderProcess.KEY
                      + "\r\nContent-Type: application/json\r\nContent-Length: "
                      + body.length
                      + "\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      socket.getOutputStream().write(body);
      socket.getInputStream().readNBytes(100);
      socket.setSoLinger(true, 0);
    }
    left.countDown();
    assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
    // the last event is behind the client's back: the entry is there as soon as it was read
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    HttpResponse<byte[]> later;
    do {
      later = LARDER.chat(askStream("s-leaves"), "Cache-Control", "only-if-cached");
    } while (later.statusCode() == 504 && System.nanoTime() < end);
    assertThat(later.statusCode()).isEqualTo(200);
    assertThat(text(later)).endsWith(DONE);
    assertThat(SCRIPTED.requests("s-leaves")).hasSize(1);
  }

  @Test
  void json_cutInTheMiddle_is502AndNotKept() {
    SCRIPTED.script(
        "s-jsoncut",
        (request, answer) -> {
          answer.raw(
              "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{\"choices\":");
          answer.cut();
        });

    var broken = LARDER.chat(ask("s-jsoncut"));
    assertThat(broken.statusCode()).isEqualTo(502);
    assertThat(text(broken)).contains("\"code\":\"provider_failed\"", "scripted");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"choices":[{"finish_reason":"length"}]}         | finish-length
          {"choices":[{"finish_reason":"content_filter"}]} | finish-content-filter
          {"error":{"message":"no"}}                       | error
          {"choices":[                                     | not-json
          """)
  void json_unfit_isPassedOnAndNotKept(String body, String detail) {
    var model = "s-unfit-" + detail;
    SCRIPTED.script(model, (request, answer) -> answer.whole(200, JSON, body));

    for (int i = 0; i < 2; i++) {
      var answer = LARDER.chat(ask(model));
      assertThat(text(answer)).isEqualTo(body);
      assertThat(header(answer, "Cache-Status"))
          .isEqualTo("larder; fwd=uri-miss; detail=" + detail);
    }
  }

  @Test
  void json_tooLarge_isPassedOnAndNotKept() {
    var body = "{\"choices\":[],\"x\":\"" + "z".repeat(5_000_000) + "\"}";
    SCRIPTED.script("s-large", (request, answer) -> answer.whole(200, JSON, body));

    var answer = LARDER.chat(ask("s-large"));
    assertThat(text(answer)).isEqualTo(body);
    assertThat(header(answer, "Cache-Status")).isEqualTo("larder; fwd=uri-miss; detail=too-large");
  }

  @Test
  void error_ofTheProvider_isPassedOnAsItCame() {
    var body = "{\"error\":{\"message\":\"slow down\",\"type\":\"rate_limit\"}}";
    SCRIPTED.script("s-429", (request, answer) -> answer.whole(429, JSON, body, "Retry-After: 7"));

    for (var ask : new String[] {ask("s-429"), askStream("s-429")}) {
      var refused = LARDER.chat(ask);
      assertThat(refused.statusCode()).isEqualTo(429);
      assertThat(text(refused)).isEqualTo(body);
      assertThat(header(refused, "Retry-After")).isEqualTo("7");
      assertThat(header(refused, "Cache-Status")).contains("detail=status-429");
    }
  }

  @Test
  void provider_unreachable_is502() {
    var answer = LARDER.chat(ask("n-1"));

    assertThat(answer.statusCode()).isEqualTo(502);
    assertThat(text(answer))
        .contains("provider nobody cannot be reached", "\"code\":\"provider_unreachable\"");
  }

  @Test
  void provider_slow_is504() throws Exception {
    var over = new CountDownLatch(1);
    SCRIPTED.script("s-slow", (request, answer) -> over.await(20, TimeUnit.SECONDS));

    var answer = LARDER.chat(ask("s-slow"));
    over.countDown();
    assertThat(answer.statusCode()).isEqualTo(504);
    assertThat(text(answer)).contains("did not answer in time", "\"code\":\"provider_timeout\"");
  }

  @Test
  void forwarded_request_isAsItCameButForKeyAndPrefix() {
    SCRIPTED.script("q-7", (request, answer) -> answer.whole(200, JSON, ANSWER));
    var body =
        "{ \"model\" : \"scripted/q-7\" ,\"messages\":[ {\"role\":\"user\"} ],\"unknown\": {\"a\":1.0} }";

    LARDER.chat(
        body,
        "OpenAI-Organization",
        "org",
        "Cookie",
        "c=d",
        "X-Forwarded-For",
        "1.2.3.4",
        "Larder-Cache",
        "ttl=1");
    var seen = SCRIPTED.requests("q-7").getFirst();
    assertThat(seen.body()).isEqualTo(body.replace("scripted/q-7", "q-7"));
    assertThat(seen.headers())
        .containsEntry("authorization", "Bearer vendor-secret")
        .containsEntry("openai-organization", "org")
        .doesNotContainKeys("cookie", "x-forwarded-for", "larder-cache", "x-api-key");
    assertThat(seen.headers().toString()).doesNotContain(LarderProcess.KEY);
  }

  @Test
  void cacheControl_eachDirective_isObeyed() {
    SCRIPTED.script("s-control", (request, answer) -> answer.whole(200, JSON, ANSWER));

    assertThat(status("no-store")).isEqualTo("larder; fwd=bypass; detail=no-store");
    assertThat(LARDER.chat(ask("s-control"), "Cache-Control", "only-if-cached").statusCode())
        .isEqualTo(504);
    assertThat(SCRIPTED.requests("s-control")).hasSize(1);
    assertThat(status("no-cache")).isEqualTo("larder; fwd=request; stored");
    assertThat(status("only-if-cached")).startsWith("larder; hit");
    assertThat(status("max-age=100")).startsWith("larder; hit");
    assertThat(status("max-age=0")).isEqualTo("larder; fwd=request; stored");
    assertThat(SCRIPTED.requests("s-control")).hasSize(3);
  }

  private static String status(String cacheControl) {
    return header(LARDER.chat(ask("s-control"), "Cache-Control", cacheControl), "Cache-Status");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"\"store\":true", "\"previous_response_id\":\"r\"", "\"conversation\":\"c\""})
  void stateful_request_bypasses(String member) {
    SCRIPTED.script("s-stateful", (request, answer) -> answer.whole(200, JSON, ANSWER));
    var answer = LARDER.chat(ask("s-stateful").replace("{\"model", "{" + member + ",\"model"));

    assertThat(header(answer, "Cache-Status")).isEqualTo("larder; fwd=bypass; detail=stateful");
    assertThat(header(answer, "X-Cache")).isEqualTo("BYPASS");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"model":"s-bad"                                             | 400 | ends in the middle
          {"messages":[1]}                                             | 400 | model must be
          {"model":"s-bad"}                                            | 400 | messages must be
          {"model":"s-bad","messages":[1],"messages":[2]}              | 400 | twice
          {"model":"s-bad","messages":[1],"temperature":1e400}         | 400 | number out of range
          {"model":"unheard-of","messages":[1]}                        | 404 | unheard-of
          """)
  void badInput_isToldInTheWiresShapeAndGoesNowhere(String body, int status, String message) {
    var answer = LARDER.chat(body);

    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(text(answer))
        .startsWith("{\"error\":{\"message\":")
        .contains(message, "invalid_request_error");
    assertThat(SCRIPTED.requests("s-bad")).isEmpty();
  }

  @Test
  void badInput_bytesAndDepth_areTold() {
    var deep = "{\"model\":\"s-bad\",\"messages\":" + "[".repeat(1000) + "]".repeat(1000) + "}";
    assertThat(text(LARDER.chat(deep))).contains("nested deeper than 200 levels");

    var invalid =
        "{\"model\":\"s-bad\",\"messages\":[\"\u00e9\"]}".getBytes(StandardCharsets.ISO_8859_1);
    assertThat(post(invalid, JSON).statusCode()).isEqualTo(400);
    assertThat(text(post(invalid, JSON))).contains("must be UTF-8");
    assertThat(post(new byte[8 * 1024 * 1024 + 1], JSON).statusCode()).isEqualTo(413);
    assertThat(text(post(new byte[8 * 1024 * 1024 + 1], JSON)))
        .contains("larger than 8388608 bytes");
    assertThat(post("{}".getBytes(StandardCharsets.UTF_8), "text/plain").statusCode())
        .isEqualTo(415);
    assertThat(SCRIPTED.requests("s-bad")).isEmpty();
  }

  @Test
  void body_upToTheBound_isForwarded() {
    SCRIPTED.script("s-big", (request, answer) -> answer.whole(200, JSON, ANSWER));
    var body = ask("s-big").replace("hi", "b".repeat(8 * 1024 * 1024 - 200));

    assertThat(LARDER.chat(body).statusCode()).isEqualTo(200);
    assertThat(SCRIPTED.requests("s-big").getFirst().body()).hasSize(body.length());
  }

  private static HttpResponse<byte[]> post(byte[] body, String type) {
    return LarderProcess.send(
        LARDER
            .request("/v1/chat/completions")
            .header("Content-Type", type)
            .POST(BodyPublishers.ofByteArray(body))
            .build());
  }

  private static String ask(String model) {
    return String.format(
        Locale.ROOT,
        "{\"model\":\"%s\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}",
        model);
  }

  private static String askStream(String model) {
    return ask(model).replace("{\"model", "{\"stream\":true,\"model");
  }

  private static String text(HttpResponse<byte[]> answer) {
    return new String(answer.body(), StandardCharsets.UTF_8);
  }

  private static String header(HttpResponse<byte[]> answer, String name) {
    return answer.headers().firstValue(name).orElse("");
  }
}

package it;

import static it.Shared.SCRIPTED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.anthropic.client.AnthropicClient;
import com.anthropic.core.JsonValue;
import com.anthropic.core.http.Headers;
import com.anthropic.core.http.HttpMethod;
import com.anthropic.core.http.HttpRequest;
import com.anthropic.errors.AnthropicServiceException;
import com.anthropic.errors.BadRequestException;
import com.anthropic.errors.InternalServerException;
import com.anthropic.errors.NotFoundException;
import com.anthropic.errors.RateLimitException;
import com.anthropic.errors.SseException;
import com.anthropic.errors.UnauthorizedException;
import com.anthropic.helpers.MessageAccumulator;
import com.anthropic.models.ErrorType;
import com.anthropic.models.messages.Message;
import com.anthropic.models.messages.MessageCountTokensParams;
import com.anthropic.models.messages.MessageCreateParams;
import com.anthropic.models.messages.StopReason;
import com.anthropic.models.messages.Tool;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The official Anthropic client for Java, with nothing changed but its base URL and key. */
final class AnthropicClientIT {
  private static final AnthropicClient CLIENT = Clients.anthropic(LarderProcess.KEY, 0);

  private static final String TOOL_JSON =
      """
      {"id":"msg_1","type":"message","role":"assistant","model":"vendor-1","content":[\
      {"type":"thinking","thinking":"Paris… or Orly? 🤔","signature":"c2ln+/=="},\
      {"type":"text","text":"Let me look."},\
      {"type":"tool_use","id":"toolu_1","name":"weather","input":{"city":"Paris","days":[1,2.50]}},\
      {"type":"tool_use","id":"toolu_2","name":"now","input":{}}],\
      "stop_reason":"tool_use","stop_sequence":null,\
      "usage":{"input_tokens":11,"cache_read_input_tokens":3,"output_tokens":7}}
      """;

  private static final String TOOL_STREAM =
      Clients.typed(
          """
          {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"vendor-1",\
          "content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":11,"cache_read_input_tokens":3,"output_tokens":1}}}
          {"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}
          {"type":"ping"}
          {"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"Paris… "}}
          {"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"or Orly? 🤔"}}
          {"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"c2ln+/=="}}
          {"type":"content_block_stop","index":0}
          {"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}}
          {"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"Let me "}}
          {"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"look."}}
          {"type":"content_block_stop","index":1}
          {"type":"content_block_start","index":2,"content_block":{"type":"tool_use","id":"toolu_1","name":"weather","input":{}}}
          {"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":""}}
          {"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"{\\"city\\":\\"Pa"}}
          {"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"ris\\",\\"days\\":[1,2.50]}"}}
          {"type":"content_block_stop","index":2}
          {"type":"content_block_start","index":3,"content_block":{"type":"tool_use","id":"toolu_2","name":"now","input":{}}}
          {"type":"content_block_delta","index":3,"delta":{"type":"input_json_delta","partial_json":""}}
          {"type":"content_block_stop","index":3}
          {"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"output_tokens":7}}
          {"type":"message_stop"}
          """);

  @AfterAll
  static void close() {
    CLIENT.close();
  }

  @Test
  void message_repeated_isTheSameFromTheCache() {
    var question = question("demo", "anthropic client, json").build();

    try (var first = CLIENT.messages().withRawResponse().create(question);
        var second = CLIENT.messages().withRawResponse().create(question)) {
      assertThat(cache(first.headers())).isEqualTo("MISS");
      assertThat(cache(second.headers())).isEqualTo("HIT");
      var answer = first.parse().validate();
      assertThat(answer.content().getFirst().asText().text()).contains("demonstration");
      assertThat(second.parse()).isEqualTo(answer);
    }
  }

  @Test
  void stream_repeated_isTheSameFromTheCache() {
    var question = question("demo", "anthropic client, stream").build();

    var first = streamed(question, "MISS");
    var second = streamed(question, "HIT");
    assertThat(first.content().getFirst().asText().text()).contains("demonstration");
    assertThat(first.stopReason()).contains(StopReason.END_TURN);
    assertThat(second).isEqualTo(first);
  }

  @Test
  void tools_askedAsStreamThenAsJson_areTheSame() {
    SCRIPTED.script("s-claude-stream", Clients.either("{}", TOOL_STREAM));
    var question = tools("s-claude-stream");

    var stream = streamed(question, "MISS");
    assertTools(stream);
    assertThat(streamed(question, "HIT")).isEqualTo(stream);
    assertAlike(whole(question, "HIT"), stream);
    assertThat(SCRIPTED.requests("s-claude-stream")).hasSize(1);
  }

  @Test
  void tools_askedAsJsonThenAsStream_areTheSame() {
    SCRIPTED.script("s-claude-json", Clients.either(TOOL_JSON, ""));
    var question = tools("s-claude-json");

    var json = whole(question, "MISS");
    assertTools(json);
    assertThat(whole(question, "HIT")).isEqualTo(json);
    assertAlike(streamed(question, "HIT"), json);
    assertThat(SCRIPTED.requests("s-claude-json")).hasSize(1);
  }

  @Test
  void request_isForwardedWithTheVendorsKeyAndTheClientsVersion() {
    SCRIPTED.script("s-claude-headers", Clients.either(TOOL_JSON, ""));

    CLIENT.messages().create(question("claude/s-claude-headers", "who am I?").build());

    var request = SCRIPTED.requests("s-claude-headers").getFirst();
    assertThat(request.line()).isEqualTo("POST /v1/messages HTTP/1.1");
    assertThat(request.headers())
        .containsEntry("x-api-key", "anthropic-secret")
        .hasEntrySatisfying("anthropic-version", version -> assertThat(version).startsWith("20"))
        .hasEntrySatisfying("user-agent", client -> assertThat(client).contains("Anthropic"));
    assertThat(request.headers().values()).noneMatch(value -> value.contains(LarderProcess.KEY));
  }

  @Test
  void tokens_counted_areTheSameFromTheCache() {
    var question =
        MessageCountTokensParams.builder()
            .model("demo")
            .addUserMessage("count these six words for me")
            .build();

    try (var first = CLIENT.messages().withRawResponse().countTokens(question);
        var second = CLIENT.messages().withRawResponse().countTokens(question)) {
      assertThat(cache(first.headers())).isEqualTo("MISS");
      assertThat(cache(second.headers())).isEqualTo("HIT");
      var count = first.parse();
      assertThat(count.inputTokens()).isPositive();
      assertThat(second.parse()).isEqualTo(count);
    }
  }

  @Test
  void stream_byItsName_isThereAgainWithNumbers() throws IOException {
    SCRIPTED.script("s-claude-again", Clients.stream(TOOL_STREAM));
    String name;
    try (var stream =
        CLIENT
            .messages()
            .withRawResponse()
            .createStreaming(question("s-claude-again", "again").build())) {
      name = stream.headers().values("Larder-Stream").getFirst();
      assertThat(text(stream.body().readAllBytes())).isEqualTo(TOOL_STREAM);
    }

    var request =
        HttpRequest.builder()
            .method(HttpMethod.GET)
            .baseUrl(CLIENT.options().baseUrl())
            .addPathSegments("v1", "streams", name)
            .putHeader("x-api-key", LarderProcess.KEY)
            .build();
    try (var again = CLIENT.options().httpClient().execute(request)) {
      assertThat(again.statusCode()).isEqualTo(200);
      var text = text(again.body().readAllBytes());
      assertThat(text.replaceAll("(?m)^id: ?\\d+\n", "")).isEqualTo(TOOL_STREAM);
      assertThat(text.lines().filter(line -> line.startsWith("id:")))
          .hasSize((int) TOOL_STREAM.lines().filter(String::isEmpty).count());
    }
  }

  @Test
  void errors_ofLarder_areTheClientsOwn() {
    var nothing = question("demo", "x").messages(List.of()).build();
    var bad = failure(BadRequestException.class, nothing);
    assertThat(bad.type()).contains(ErrorType.INVALID_REQUEST_ERROR);
    assertThat(bad.apiMessage()).hasValueSatisfying(text -> assertThat(text).contains("messages"));

    var unknown = failure(NotFoundException.class, question("unheard-of", "x").build());
    assertThat(unknown.type()).contains(ErrorType.NOT_FOUND_ERROR);
    assertThat(unknown).hasMessageContaining("unheard-of");

    SCRIPTED.script("s-claude-cut", (request, answer) -> answer.cut());
    var cut = failure(InternalServerException.class, question("s-claude-cut", "x").build());
    assertThat(cut.statusCode()).isEqualTo(502);
    assertThat(cut.type()).contains(ErrorType.API_ERROR);
    assertThat(cut.apiMessage()).hasValueSatisfying(text -> assertThat(text).contains("claude"));

    var stranger = Clients.anthropic("wrong", 0);
    assertThatThrownBy(() -> stranger.messages().create(question("demo", "x").build()))
        .isInstanceOfSatisfying(
            UnauthorizedException.class,
            error -> assertThat(error.type()).contains(ErrorType.AUTHENTICATION_ERROR));
    stranger.close();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void errors_ofTheProvider_areTheClientsOwn(boolean asStream) {
    SCRIPTED.script(
        "s-claude-limit",
        (request, answer) ->
            answer.whole(
                429,
                "application/json",
                error("rate_limit_error", "slow down"),
                "Retry-After: 7",
                // of the key that all callers share, so no caller's business
                "anthropic-ratelimit-requests-remaining: 0"));
    SCRIPTED.script(
        "s-claude-overloaded",
        (request, answer) ->
            answer.whole(529, "application/json", error("overloaded_error", "too many")));

    var limited = question("s-claude-limit", "x").build();
    assertThatThrownBy(() -> ask(limited, asStream))
        .isInstanceOfSatisfying(
            RateLimitException.class,
            error -> {
              assertThat(error.apiMessage()).contains("slow down");
              assertThat(error.type()).contains(ErrorType.RATE_LIMIT_ERROR);
              assertThat(error.headers().values("Retry-After")).containsExactly("7");
              assertThat(error.headers().values("anthropic-ratelimit-requests-remaining"))
                  .isEmpty();
            });
    var overloaded = question("s-claude-overloaded", "x").build();
    assertThatThrownBy(() -> ask(overloaded, asStream))
        .isInstanceOfSatisfying(
            InternalServerException.class,
            error -> {
              assertThat(error.statusCode()).isEqualTo(529);
              assertThat(error.type()).contains(ErrorType.OVERLOADED_ERROR);
            });
  }

  @Test
  void stream_thatFails_isAnErrorOfTheClientAndNotKept() {
    var half = TOOL_STREAM.substring(0, TOOL_STREAM.indexOf("event: content_block_stop"));
    SCRIPTED.script(
        "s-claude-fails",
        Clients.stream(half + "event: error\ndata: " + error("overloaded_error", "late") + "\n\n"));
    SCRIPTED.script("s-claude-short", Clients.stream(half));

    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> streamed(question("s-claude-fails", "x").build(), "MISS"))
          .isInstanceOfSatisfying(
              SseException.class,
              error -> assertThat(error.type()).contains(ErrorType.OVERLOADED_ERROR));
      assertThatThrownBy(() -> streamed(question("s-claude-short", "x").build(), "MISS"))
          .isInstanceOfSatisfying(
              SseException.class, error -> assertThat(error.type()).contains(ErrorType.API_ERROR));
    }
  }

  @Test
  void limit_retriedByTheClient_isAnsweredAndKept() {
    SCRIPTED.script(
        "s-claude-retry",
        (request, answer) -> {
          if (SCRIPTED.requests("s-claude-retry").size() == 1) {
            answer.whole(
                429,
                "application/json",
                error("rate_limit_error", "slow down"),
                "retry-after-ms: 1");
          } else {
            answer.whole(200, "application/json", TOOL_JSON);
          }
        });
    var patient = Clients.anthropic(LarderProcess.KEY, 1);
    var question = question("s-claude-retry", "x").build();

    var answer = patient.messages().create(question);
    patient.close();

    assertTools(answer);
    assertThat(whole(question, "HIT")).isEqualTo(answer);
    assertThat(SCRIPTED.requests("s-claude-retry")).hasSize(2);
  }

  private static <E extends AnthropicServiceException> E failure(
      Class<E> kind, MessageCreateParams question) {
    return catchThrowableOfType(kind, () -> CLIENT.messages().create(question));
  }

  private static void ask(MessageCreateParams question, boolean asStream) {
    if (asStream) {
      streamed(question, "MISS");
    } else {
      whole(question, "MISS");
    }
  }

  private static Message whole(MessageCreateParams question, String cache) {
    try (var answer = CLIENT.messages().withRawResponse().create(question)) {
      assertThat(cache(answer.headers())).isEqualTo(cache);
      return answer.parse().validate();
    }
  }

  private static Message streamed(MessageCreateParams question, String cache) {
    var whole = MessageAccumulator.create();
    try (var answer = CLIENT.messages().withRawResponse().createStreaming(question);
        var events = answer.parse()) {
      assertThat(cache(answer.headers())).isEqualTo(cache);
      events.stream().forEach(event -> whole.accumulate(event.validate()));
    }
    return whole.message();
  }

  private static void assertTools(Message answer) {
    var blocks = answer.content();
    assertThat(blocks).hasSize(4);
    assertThat(blocks.get(0).asThinking().thinking()).isEqualTo("Paris… or Orly? 🤔");
    assertThat(blocks.get(0).asThinking().signature()).isEqualTo("c2ln+/==");
    assertThat(blocks.get(1).asText().text()).isEqualTo("Let me look.");
    assertThat(blocks.get(2).asToolUse().name()).isEqualTo("weather");
    assertThat(blocks.get(2).asToolUse()._input())
        .isEqualTo(JsonValue.from(Map.of("city", "Paris", "days", List.of(1, 2.5))));
    assertThat(blocks.get(3).asToolUse()._input()).isEqualTo(JsonValue.from(Map.of()));
    assertThat(answer.stopReason()).contains(StopReason.TOOL_USE);
    assertThat(answer.usage().inputTokens()).isEqualTo(11);
    assertThat(answer.usage().cacheReadInputTokens()).contains(3L);
    assertThat(answer.usage().outputTokens()).isEqualTo(7);
  }

  /** What the client's user sees of both; the client itself fills in what a stream leaves out. */
  private static void assertAlike(Message one, Message other) {
    assertTools(one);
    assertThat(one.id()).isEqualTo(other.id());
    assertThat(one.model()).isEqualTo(other.model());
    assertThat(one.stopSequence()).isEqualTo(other.stopSequence());
  }

  private static MessageCreateParams tools(String model) {
    return question(model, "what is the weather?")
        .enabledThinking(1024)
        .addTool(
            Tool.builder()
                .name("weather")
                .inputSchema(
                    Tool.InputSchema.builder()
                        .properties(
                            Tool.InputSchema.Properties.builder()
                                .putAdditionalProperty(
                                    "city", JsonValue.from(Map.of("type", "string")))
                                .build())
                        .build())
                .build())
        .build();
  }

  private static MessageCreateParams.Builder question(String model, String text) {
    return MessageCreateParams.builder().model(model).maxTokens(2048).addUserMessage(text);
  }

  private static String error(String type, String message) {
    return "{\"type\":\"error\",\"error\":{\"type\":\""
        + type
        + "\",\"message\":\""
        + message
        + "\"}}";
  }

  private static String cache(Headers headers) {
    return String.join(",", headers.values("X-Cache"));
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}

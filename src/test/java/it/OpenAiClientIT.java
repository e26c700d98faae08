package it;

import static it.Shared.INDEPENDENT;
import static it.Shared.LARDER;
import static it.Shared.SCRIPTED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.errors.NotFoundException;
import com.openai.errors.RateLimitException;
import com.openai.errors.UnauthorizedException;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.models.FunctionDefinition;
import com.openai.models.FunctionParameters;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import java.util.List;
import java.util.Map;
import kotlin.Unit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** The official OpenAI client for Java, with nothing changed but its base URL and key. */
final class OpenAiClientIT {
  private static final OpenAIClient CLIENT = client(LarderProcess.KEY);

  private static OpenAIClient client(String key) {
    return OpenAIOkHttpClient.builder()
        .baseUrl(LARDER.uri("/v1").toString())
        .apiKey(key)
        .maxRetries(0)
        .build();
  }

  @AfterAll
  static void close() {
    CLIENT.close();
  }

  @Test
  void completion_repeated_isTheSameFromTheCache() {
    var question = question("demo").build();

    try (var first = CLIENT.chat().completions().withRawResponse().create(question);
        var second = CLIENT.chat().completions().withRawResponse().create(question)) {
      assertThat(first.headers().values("X-Cache")).containsExactly("MISS");
      assertThat(second.headers().values("X-Cache")).containsExactly("HIT");
      assertThat(content(second.parse()))
          .isEqualTo(content(first.parse()))
          .contains("demonstration");
    }
  }

  @Test
  void completion_ofAProviderMadeByOthers_isTheSameFromTheCache() {
    INDEPENDENT
        .completion(request -> request.userMessageContains("independent json"))
        .responds(
            answer -> {
              answer.assistantContent("from elsewhere");
              answer.finishReason("stop");
              return Unit.INSTANCE;
            });
    var question = question("gpt-4o-mini", "independent json").build();

    var first = CLIENT.chat().completions().create(question);
    assertThat(content(first)).isEqualTo("from elsewhere");
    try (var second = CLIENT.chat().completions().withRawResponse().create(question)) {
      assertThat(second.headers().values("X-Cache")).containsExactly("HIT");
      assertThat(second.parse().id()).isEqualTo(first.id());
    }
  }

  @Test
  void stream_ofAProviderMadeByOthers_isTheSameFromTheCache() {
    INDEPENDENT
        .completion(request -> request.userMessageContains("independent stream"))
        .respondsStream(
            answer -> {
              answer.setResponseChunks(List.of("from ", "else", "where"));
              answer.setFinishReason("stop");
              answer.setSendDone(true);
              return Unit.INSTANCE;
            });
    var question = question("gpt-4o-mini", "independent stream").build();

    assertThat(content(streamed(question))).isEqualTo("from elsewhere");
    try (var hit = CLIENT.chat().completions().withRawResponse().createStreaming(question)) {
      assertThat(hit.headers().values("X-Cache")).containsExactly("HIT");
    }
    assertThat(content(streamed(question))).isEqualTo("from elsewhere");
  }

  @Test
  void stream_withUsage_tellsTheSameUsageFromTheCache() {
    var question =
        question("demo")
            .addUserMessage("count me")
            .streamOptions(ChatCompletionStreamOptions.builder().includeUsage(true).build())
            .build();

    var first = streamed(question);
    var second = streamed(question);
    assertThat(first.usage().orElseThrow().totalTokens()).isPositive();
    assertThat(second).isEqualTo(first);
  }

  @Test
  void stream_withoutUsage_showsNone() {
    var question = question("demo").addUserMessage("do not count me").build();

    try (var stream = CLIENT.chat().completions().createStreaming(question)) {
      assertThat(
              stream.stream()
                  .filter(chunk -> chunk.usage().isPresent() || chunk.choices().isEmpty()))
          .isEmpty();
    }
  }

  @Test
  void tools_calledInPieces_arePutTogetherFromTheCacheToo() {
    SCRIPTED.script(
        "s-tools",
        (request, answer) -> {
          answer.streamHead();
          answer.piece(
              chunk(
                      "{\"role\":\"assistant\",\"tool_calls\":[{\"index\":0,\"id\":\"call_1\",\"type\":\"function\","
                          + "\"function\":{\"name\":\"weather\",\"arguments\":\"\"}}]}",
                      "null")
                  + chunk(
                      "{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"{\\\"city\\\":\"}}]}",
                      "null"));
          answer.piece(
              chunk(
                      "{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"\\\"Paris\\\"}\"}}]}",
                      "null")
                  + chunk("{}", "\"tool_calls\"")
                  + "data: [DONE]\n\n");
          answer.streamEnd();
        });
    var question =
        question("s-tools")
            .addFunctionTool(
                FunctionDefinition.builder()
                    .name("weather")
                    .parameters(
                        FunctionParameters.builder()
                            .putAdditionalProperty("type", JsonValue.from("object"))
                            .putAdditionalProperty(
                                "properties",
                                JsonValue.from(Map.of("city", Map.of("type", "string"))))
                            .build())
                    .build())
            .build();

    var first = streamed(question);
    var second = streamed(question);
    var call =
        first.choices().getFirst().message().toolCalls().orElseThrow().getFirst().asFunction();
    assertThat(call.function().name()).isEqualTo("weather");
    assertThat(call.function().arguments()).isEqualTo("{\"city\":\"Paris\"}");
    assertThat(second).isEqualTo(first);
    assertThat(SCRIPTED.requests("s-tools")).hasSize(1);
  }

  @Test
  void errors_areTheClientsOwn() {
    SCRIPTED.script(
        "s-limit",
        (request, answer) ->
            answer.whole(
                429,
                "application/json",
                "{\"error\":{\"message\":\"slow down\"}}",
                "Retry-After: 1"));

    assertThatThrownBy(() -> CLIENT.chat().completions().create(question("unheard-of").build()))
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("unheard-of");
    assertThatThrownBy(() -> CLIENT.chat().completions().create(question("s-limit").build()))
        .isInstanceOf(RateLimitException.class);
    var stranger = client("wrong");
    assertThatThrownBy(() -> stranger.models().list()).isInstanceOf(UnauthorizedException.class);
    stranger.close();
  }

  @Test
  void models_areListed() {
    assertThat(CLIENT.models().list().autoPager().stream().map(model -> model.id()))
        .contains("demo");
  }

  private static ChatCompletion streamed(ChatCompletionCreateParams question) {
    var whole = ChatCompletionAccumulator.create();
    try (var stream = CLIENT.chat().completions().createStreaming(question)) {
      stream.stream().forEach(whole::accumulate);
    }
    return whole.chatCompletion();
  }

  private static ChatCompletionCreateParams.Builder question(String model) {
    return question(model, "Hello");
  }

  private static ChatCompletionCreateParams.Builder question(String model, String text) {
    return ChatCompletionCreateParams.builder().model(model).addUserMessage(text);
  }

  private static String content(ChatCompletion answer) {
    return answer.choices().getFirst().message().content().orElse("");
  }

  private static String chunk(String delta, String finishReason) {
    return "data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"s-tools\",\"choices\":"
        + "[{\"index\":0,\"delta\":"
        + delta
        + ",\"finish_reason\":"
        + finishReason
        + "}]}\n\n";
  }
}

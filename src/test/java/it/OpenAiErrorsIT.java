package it;

import static it.Shared.SCRIPTED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.openai.client.OpenAIClient;
import com.openai.errors.BadRequestException;
import com.openai.errors.InternalServerException;
import com.openai.errors.NotFoundException;
import com.openai.errors.OpenAIServiceException;
import com.openai.errors.RateLimitException;
import com.openai.errors.SseException;
import com.openai.errors.UnauthorizedException;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes wrong, as the official OpenAI client tells it to its user. */
final class OpenAiErrorsIT {
  private static final OpenAIClient CLIENT = Clients.openAi(LarderProcess.KEY, 0);
  private static final String LIMITED =
      "{\"error\":{\"message\":\"slow down\",\"type\":\"requests\",\"param\":null,\"code\":\"rate_limit_exceeded\"}}";
  private static final String ANSWER =
      "{\"id\":\"c-1\",\"object\":\"chat.completion\",\"created\":5,\"model\":\"v\",\"choices\":[{\"index\":0,"
          + "\"message\":{\"role\":\"assistant\",\"content\":\"at last\",\"refusal\":null},\"logprobs\":null,"
          + "\"finish_reason\":\"stop\"}]}";
  private static final String CHUNK =
      "data: {\"id\":\"c-1\",\"object\":\"chat.completion.chunk\",\"created\":5,\"model\":\"v\",\"choices\":"
          + "[{\"index\":0,\"delta\":{\"content\":\"half\"},\"finish_reason\":null}]}\n\n";

  @AfterAll
  static void close() {
    CLIENT.close();
  }

  @Test
  void errors_ofLarder_haveTypeCodeAndParam() {
    var bad = failure(BadRequestException.class, question("demo").messages(List.of()).build());
    assertThat(bad.code()).contains("invalid_request");
    assertThat(bad.param()).contains("messages");
    assertThat(bad.type()).contains("invalid_request_error");

    var unknown = failure(NotFoundException.class, question("unheard-of").build());
    assertThat(unknown.code()).contains("model_not_found");
    assertThat(unknown.param()).contains("model");
    assertThat(unknown).hasMessageContaining("unheard-of");

    var unreachable = failure(InternalServerException.class, question("n-error").build());
    assertThat(unreachable.statusCode()).isEqualTo(502);
    assertThat(unreachable.code()).contains("provider_unreachable");
    assertThat(unreachable.type()).contains("server_error");

    var stranger = Clients.openAi("wrong", 0);
    assertThatThrownBy(() -> stranger.chat().completions().create(question("demo").build()))
        .isInstanceOfSatisfying(
            UnauthorizedException.class,
            error -> assertThat(error.code()).contains("invalid_api_key"));
    stranger.close();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void errors_ofTheProvider_areItsOwn(boolean asStream) {
    SCRIPTED.script(
        "s-error-limit",
        (request, answer) ->
            answer.whole(
                429,
                "application/json",
                LIMITED,
                "Retry-After: 7",
                // of the key that all callers share, so no caller's business
                "x-ratelimit-remaining-requests: 0"));
    SCRIPTED.script(
        "s-error-bad",
        (request, answer) ->
            answer.whole(
                400,
                "application/json",
                "{\"error\":{\"message\":\"no\",\"type\":\"vendors\",\"param\":\"seed\",\"code\":\"odd\"}}"));

    assertThatThrownBy(() -> ask(question("s-error-limit").build(), asStream))
        .isInstanceOfSatisfying(
            RateLimitException.class,
            error -> {
              assertThat(error.code()).contains("rate_limit_exceeded");
              assertThat(error.type()).contains("requests");
              assertThat(error.headers().values("Retry-After")).containsExactly("7");
              assertThat(error.headers().values("x-ratelimit-remaining-requests")).isEmpty();
            });
    assertThatThrownBy(() -> ask(question("s-error-bad").build(), asStream))
        .isInstanceOfSatisfying(
            BadRequestException.class,
            error -> {
              assertThat(error.code()).contains("odd");
              assertThat(error.param()).contains("seed");
              assertThat(error.type()).contains("vendors");
            });
  }

  @Test
  void stream_thatFails_isAnErrorOfTheClientAndNotKept() {
    SCRIPTED.script(
        "s-error-late", Clients.stream(CHUNK + "data: " + LIMITED + "\n\ndata: [DONE]\n\n"));
    SCRIPTED.script("s-error-short", Clients.stream(CHUNK));

    for (int times = 1; times <= 2; times++) {
      assertThatThrownBy(() -> ask(question("s-error-late").build(), true))
          .isInstanceOfSatisfying(
              SseException.class,
              error -> assertThat(error.code()).contains("rate_limit_exceeded"));
      assertThatThrownBy(() -> ask(question("s-error-short").build(), true))
          .isInstanceOfSatisfying(
              SseException.class, error -> assertThat(error.code()).contains("stream_interrupted"));
      assertThat(SCRIPTED.requests("s-error-late")).hasSize(times);
      assertThat(SCRIPTED.requests("s-error-short")).hasSize(times);
    }
  }

  @Test
  void limit_retriedByTheClient_isAnsweredAndKept() {
    SCRIPTED.script(
        "s-error-retry",
        (request, answer) -> {
          if (SCRIPTED.requests("s-error-retry").size() == 1) {
            answer.whole(429, "application/json", LIMITED, "retry-after-ms: 1");
          } else {
            answer.whole(200, "application/json", ANSWER);
          }
        });
    var patient = Clients.openAi(LarderProcess.KEY, 1);
    var question = question("s-error-retry").build();

    var answer = patient.chat().completions().create(question);
    patient.close();

    assertThat(answer.choices().getFirst().message().content()).contains("at last");
    try (var hit = CLIENT.chat().completions().withRawResponse().create(question)) {
      assertThat(hit.headers().values("X-Cache")).containsExactly("HIT");
      assertThat(hit.parse()).isEqualTo(answer);
    }
    assertThat(SCRIPTED.requests("s-error-retry")).hasSize(2);
  }

  private static <E extends OpenAIServiceException> E failure(
      Class<E> kind, ChatCompletionCreateParams question) {
    return catchThrowableOfType(kind, () -> CLIENT.chat().completions().create(question));
  }

  private static void ask(ChatCompletionCreateParams question, boolean asStream) {
    if (!asStream) {
      CLIENT.chat().completions().create(question);
      return;
    }
    try (var stream = CLIENT.chat().completions().createStreaming(question)) {
      assertThat(stream.stream()).hasSizeLessThan(3);
    }
  }

  private static ChatCompletionCreateParams.Builder question(String model) {
    return ChatCompletionCreateParams.builder().model(model).addUserMessage("what goes wrong?");
  }
}

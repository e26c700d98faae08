package it;

import static it.Shared.SCRIPTED;
import static org.assertj.core.api.Assertions.assertThat;

import com.openai.client.OpenAIClient;
import com.openai.core.JsonValue;
import com.openai.core.http.Headers;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.helpers.ResponseAccumulator;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.completions.Completion;
import com.openai.models.completions.CompletionCreateParams;
import com.openai.models.responses.FunctionTool;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseStatus;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** To the official OpenAI client, one entry of the cache is the same as JSON and as a stream. */
final class OpenAiFormsIT {
  private static final OpenAIClient CLIENT = Clients.openAi(LarderProcess.KEY, 0);

  private static final String CHAT_JSON =
      """
      {"id":"c-1","object":"chat.completion","created":5,"model":"vendor-1","choices":[{"index":0,\
      "message":{"role":"assistant","content":"Hm… 🤔","refusal":null,"tool_calls":[\
      {"id":"call_1","type":"function","function":{"name":"weather","arguments":"{\\"city\\":\\"Paris\\"}"}},\
      {"id":"call_2","type":"function","function":{"name":"now","arguments":"{}"}}]},\
      "logprobs":null,"finish_reason":"tool_calls"}],\
      "usage":{"prompt_tokens":11,"completion_tokens":7,"total_tokens":18}}
      """;

  private static final String CHAT_STREAM =
      Clients.plain(
          chunk("{\"role\":\"assistant\",\"content\":\"Hm…\"}", "null")
              + chunk("{\"content\":\" 🤔\"}", "null")
              + chunk(call(0, "\"id\":\"call_1\",\"type\":\"function\",", "weather", ""), "null")
              + chunk(call(0, "{\\\"city\\\":"), "null")
              + chunk(call(1, "\"id\":\"call_2\",\"type\":\"function\",", "now", "{"), "null")
              + chunk(call(0, "\\\"Paris\\\"}"), "null")
              + chunk(call(1, "}"), "null")
              + chunk("{}", "\"tool_calls\"")
              + "{\"id\":\"c-1\",\"object\":\"chat.completion.chunk\",\"created\":5,\"model\":\"vendor-1\",\"choices\":[],"
              + "\"usage\":{\"prompt_tokens\":11,\"completion_tokens\":7,\"total_tokens\":18}}\n"
              + "[DONE]\n");

  private static final String RESPONSE_HEAD =
      "{\"id\":\"resp_1\",\"object\":\"response\",\"created_at\":5,\"model\":\"vendor-1\",\"error\":null,"
          + "\"incomplete_details\":null,\"instructions\":null,\"metadata\":{},\"parallel_tool_calls\":true,"
          + "\"temperature\":1.0,\"tool_choice\":\"auto\",\"tools\":[],\"top_p\":1.0,";

  private static final String RESPONSE_JSON =
      RESPONSE_HEAD
          + "\"status\":\"completed\",\"output\":["
          + functionCall("completed", "{\\\"city\\\":\\\"Paris\\\"}")
          + "],\"usage\":{\"input_tokens\":11,\"input_tokens_details\":{\"cached_tokens\":0,\"cache_write_tokens\":0},"
          + "\"output_tokens\":7,\"output_tokens_details\":{\"reasoning_tokens\":0},\"total_tokens\":18}}";

  private static final String RESPONSE_STREAM =
      Clients.typed(
          "{\"type\":\"response.created\",\"sequence_number\":0,\"response\":"
              + RESPONSE_HEAD
              + "\"status\":\"in_progress\",\"output\":[],\"usage\":null}}\n"
              + "{\"type\":\"response.output_item.added\",\"sequence_number\":1,\"output_index\":0,\"item\":"
              + functionCall("in_progress", "")
              + "}\n"
              + arguments(2, "{\\\"city\\\":")
              + arguments(3, "\\\"Paris\\\"}")
              + "{\"type\":\"response.function_call_arguments.done\",\"sequence_number\":4,\"item_id\":\"fc_1\",\"output_index\":0,"
              + "\"name\":\"weather\",\"arguments\":\"{\\\"city\\\":\\\"Paris\\\"}\"}\n"
              + "{\"type\":\"response.output_item.done\",\"sequence_number\":5,\"output_index\":0,\"item\":"
              + functionCall("completed", "{\\\"city\\\":\\\"Paris\\\"}")
              + "}\n"
              + "{\"type\":\"response.completed\",\"sequence_number\":6,\"response\":"
              + RESPONSE_JSON
              + "}\n");

  @AfterAll
  static void close() {
    CLIENT.close();
  }

  @Test
  void chat_askedAsStreamThenAsJson_isTheSame() {
    SCRIPTED.script("s-form-stream", Clients.either("{}", CHAT_STREAM));
    var question = chat("s-form-stream");

    var stream = streamed(question, "MISS");
    assertChat(stream);
    assertThat(streamed(question, "HIT")).isEqualTo(stream);
    assertChat(whole(question, "HIT"));
    assertThat(SCRIPTED.requests("s-form-stream")).hasSize(1);
  }

  @Test
  void chat_askedAsJsonThenAsStream_isTheSame() {
    SCRIPTED.script("s-form-json", Clients.either(CHAT_JSON, ""));
    var question = chat("s-form-json");

    var json = whole(question, "MISS");
    assertChat(json);
    assertThat(whole(question, "HIT")).isEqualTo(json);
    assertChat(streamed(question, "HIT"));
    assertThat(SCRIPTED.requests("s-form-json")).hasSize(1);
  }

  @Test
  void response_ofTheDemonstration_isTheSameInEachForm() {
    for (boolean streamFirst : new boolean[] {false, true}) {
      var question =
          ResponseCreateParams.builder()
              .model("demo")
              .input("stream first: " + streamFirst)
              .build();

      var first = response(question, streamFirst, "MISS");
      assertThat(first.status()).contains(ResponseStatus.COMPLETED);
      assertThat(first.output().getFirst().asMessage().content().getFirst().asOutputText().text())
          .contains("demonstration");
      assertThat(response(question, streamFirst, "HIT")).isEqualTo(first);
      assertThat(response(question, !streamFirst, "HIT")).isEqualTo(first);
    }
  }

  @Test
  void response_withAFunctionCall_isTheSameInEachForm() {
    for (boolean streamFirst : new boolean[] {false, true}) {
      var model = "s-form-response-" + streamFirst;
      SCRIPTED.script(model, Clients.either(RESPONSE_JSON, RESPONSE_STREAM));
      var question =
          ResponseCreateParams.builder()
              .model(model)
              .input("what is the weather?")
              .addTool(
                  FunctionTool.builder()
                      .name("weather")
                      .strict(false)
                      .parameters(
                          FunctionTool.Parameters.builder()
                              .putAdditionalProperty("type", JsonValue.from("object"))
                              .build())
                      .build())
              .build();

      var first = response(question, streamFirst, "MISS");
      var call = first.output().getFirst().asFunctionCall();
      assertThat(call.name()).isEqualTo("weather");
      assertThat(call.callId()).isEqualTo("call_1");
      assertThat(call.arguments()).isEqualTo("{\"city\":\"Paris\"}");
      assertThat(first.usage().orElseThrow().totalTokens()).isEqualTo(18);
      assertThat(response(question, streamFirst, "HIT")).isEqualTo(first);
      assertThat(response(question, !streamFirst, "HIT")).isEqualTo(first);
      assertThat(SCRIPTED.requests(model)).hasSize(1);
    }
  }

  @Test
  void completion_ofTheOldKind_isTheSameInEachForm() {
    for (boolean streamFirst : new boolean[] {false, true}) {
      var question =
          CompletionCreateParams.builder()
              .model("demo")
              .prompt("complete me, stream first: " + streamFirst)
              .build();

      var first = completion(question, streamFirst, "MISS");
      assertThat(first).contains("demonstration").endsWith("|stop");
      assertThat(completion(question, streamFirst, "HIT")).isEqualTo(first);
      assertThat(completion(question, !streamFirst, "HIT")).isEqualTo(first);
    }
  }

  private static ChatCompletion whole(ChatCompletionCreateParams question, String cache) {
    try (var answer = CLIENT.chat().completions().withRawResponse().create(question)) {
      assertThat(cache(answer.headers())).isEqualTo(cache);
      return answer.parse().validate();
    }
  }

  private static ChatCompletion streamed(ChatCompletionCreateParams question, String cache) {
    var whole = ChatCompletionAccumulator.create();
    var withUsage =
        question.toBuilder()
            .streamOptions(ChatCompletionStreamOptions.builder().includeUsage(true).build())
            .build();
    try (var answer = CLIENT.chat().completions().withRawResponse().createStreaming(withUsage);
        var chunks = answer.parse()) {
      assertThat(cache(answer.headers())).isEqualTo(cache);
      chunks.stream().forEach(chunk -> whole.accumulate(chunk.validate()));
    }
    return whole.chatCompletion();
  }

  private static void assertChat(ChatCompletion answer) {
    assertThat(answer.id()).isEqualTo("c-1");
    assertThat(answer.created()).isEqualTo(5);
    assertThat(answer.model()).isEqualTo("vendor-1");
    assertThat(answer.usage().orElseThrow().totalTokens()).isEqualTo(18);
    var choice = answer.choices().getFirst();
    assertThat(choice.finishReason()).isEqualTo(ChatCompletion.Choice.FinishReason.TOOL_CALLS);
    assertThat(choice.message().content()).contains("Hm… 🤔");
    var calls =
        choice.message().toolCalls().orElse(List.of()).stream()
            .map(call -> call.asFunction())
            .map(call -> call.id() + call.function().name() + call.function().arguments());
    assertThat(calls).containsExactly("call_1weather{\"city\":\"Paris\"}", "call_2now{}");
  }

  private static Response response(ResponseCreateParams question, boolean asStream, String cache) {
    if (!asStream) {
      try (var answer = CLIENT.responses().withRawResponse().create(question)) {
        assertThat(cache(answer.headers())).isEqualTo(cache);
        return answer.parse();
      }
    }
    var whole = ResponseAccumulator.create();
    try (var answer = CLIENT.responses().withRawResponse().createStreaming(question);
        var events = answer.parse()) {
      assertThat(cache(answer.headers())).isEqualTo(cache);
      events.stream().forEach(whole::accumulate);
    }
    return whole.response();
  }

  /** The text and why it ends; the client puts no pieces together here. */
  private static String completion(
      CompletionCreateParams question, boolean asStream, String cache) {
    if (!asStream) {
      try (var answer = CLIENT.completions().withRawResponse().create(question)) {
        assertThat(cache(answer.headers())).isEqualTo(cache);
        return text(List.of(answer.parse().validate()));
      }
    }
    try (var answer = CLIENT.completions().withRawResponse().createStreaming(question);
        var chunks = answer.parse()) {
      assertThat(cache(answer.headers())).isEqualTo(cache);
      return text(chunks.stream().toList());
    }
  }

  private static String text(List<Completion> pieces) {
    var last = pieces.getLast().choices().getFirst();
    return pieces.stream()
        .map(piece -> piece.choices().getFirst().text())
        .collect(
            Collectors.joining(
                "", pieces.getFirst().id() + "|", "|" + last.finishReason().asString()));
  }

  private static ChatCompletionCreateParams chat(String model) {
    return ChatCompletionCreateParams.builder().model(model).addUserMessage("weather?").build();
  }

  private static String chunk(String delta, String finishReason) {
    return "{\"id\":\"c-1\",\"object\":\"chat.completion.chunk\",\"created\":5,\"model\":\"vendor-1\",\"choices\":"
        + "[{\"index\":0,\"delta\":"
        + delta
        + ",\"finish_reason\":"
        + finishReason
        + "}],\"usage\":null}\n";
  }

  private static String call(int index, String id, String name, String arguments) {
    return "{\"tool_calls\":[{\"index\":"
        + index
        + ","
        + id
        + "\"function\":{\"name\":\""
        + name
        + "\",\"arguments\":\""
        + arguments
        + "\"}}]}";
  }

  private static String call(int index, String arguments) {
    return "{\"tool_calls\":[{\"index\":"
        + index
        + ",\"function\":{\"arguments\":\""
        + arguments
        + "\"}}]}";
  }

  private static String functionCall(String status, String arguments) {
    return "{\"id\":\"fc_1\",\"type\":\"function_call\",\"status\":\""
        + status
        + "\",\"call_id\":\"call_1\",\"name\":\"weather\",\"arguments\":\""
        + arguments
        + "\"}";
  }

  private static String arguments(int number, String delta) {
    return "{\"type\":\"response.function_call_arguments.delta\",\"sequence_number\":"
        + number
        + ",\"item_id\":\"fc_1\",\"output_index\":0,\"delta\":\""
        + delta
        + "\"}\n";
  }

  private static String cache(Headers headers) {
    return String.join(",", headers.values("X-Cache"));
  }
}

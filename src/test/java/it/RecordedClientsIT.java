package it;

import static it.Shared.SCRIPTED;
import static org.assertj.core.api.Assertions.assertThat;

import com.anthropic.client.AnthropicClient;
import com.anthropic.helpers.MessageAccumulator;
import com.anthropic.models.messages.Message;
import com.anthropic.models.messages.MessageCreateParams;
import com.openai.client.OpenAIClient;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.helpers.ResponseAccumulator;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers that real providers gave, as the official clients read them in the other form. */
final class RecordedClientsIT {
  private static final OpenAIClient OPENAI = Clients.openAi(LarderProcess.KEY, 0);
  private static final AnthropicClient ANTHROPIC = Clients.anthropic(LarderProcess.KEY, 0);

  @AfterAll
  static void close() {
    OPENAI.close();
    ANTHROPIC.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "messages.json",
        "messages_extended_thinking.json",
        "messages_multi_turn.json",
        "messages_with_tools.json",
        "messages_stream.txt"
      })
  void message_inTheOtherForm_saysTheSame(String file) throws IOException {
    var question =
        MessageCreateParams.builder()
            .model(record("anthropic/" + file))
            .maxTokens(2048)
            .addUserMessage("again")
            .build();
    boolean streamFirst = isStream(file);

    var first = message(question, streamFirst, "MISS");
    var other = message(question, !streamFirst, "HIT");
    assertThat(visible(other)).isEqualTo(visible(first));
    assertThat(message(question, streamFirst, "HIT")).isEqualTo(first);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "chat_completion.json",
        "chat_completion_reasoning.json",
        "chat_json_mode.json",
        "chat_with_tools.json",
        "chat_completion_stream.txt"
      })
  void chat_inTheOtherForm_saysTheSame(String file) throws IOException {
    var question =
        ChatCompletionCreateParams.builder()
            .model(record("openai/" + file))
            .addUserMessage("again")
            .build();
    boolean streamFirst = isStream(file);

    var first = chat(question, streamFirst, "MISS");
    var other = chat(question, !streamFirst, "HIT");
    assertThat(visible(other)).isEqualTo(visible(first));
    assertThat(chat(question, streamFirst, "HIT")).isEqualTo(first);
  }

  @ParameterizedTest
  @ValueSource(strings = {"responses.json", "responses_stream.txt"})
  void response_inTheOtherForm_isTheSame(String file) throws IOException {
    var question =
        ResponseCreateParams.builder().model(record("openai/" + file)).input("again").build();
    boolean streamFirst = isStream(file);

    var first = response(question, streamFirst, "MISS");
    assertThat(response(question, !streamFirst, "HIT")).isEqualTo(first);
    assertThat(response(question, streamFirst, "HIT")).isEqualTo(first);
  }

  /** Lets the provider say what was recorded; gives the model to ask for it. */
  private static String record(String file) throws IOException {
    var recorded = Files.readString(Requires.transcripts().resolve(file));
    var model = "s-client-" + file;
    // the recordings lack the empty line without which their last event is none to a client
    SCRIPTED.script(
        model, isStream(file) ? Clients.stream(recorded + "\n") : Clients.either(recorded, ""));
    return model;
  }

  private static boolean isStream(String file) {
    return file.endsWith(".txt");
  }

  private static Message message(MessageCreateParams question, boolean asStream, String cache) {
    if (!asStream) {
      try (var answer = ANTHROPIC.messages().withRawResponse().create(question)) {
        assertThat(answer.headers().values("X-Cache")).containsExactly(cache);
        return answer.parse().validate();
      }
    }
    var whole = MessageAccumulator.create();
    try (var answer = ANTHROPIC.messages().withRawResponse().createStreaming(question);
        var events = answer.parse()) {
      assertThat(answer.headers().values("X-Cache")).containsExactly(cache);
      events.stream().forEach(event -> whole.accumulate(event.validate()));
    }
    return whole.message();
  }

  private static ChatCompletion chat(
      ChatCompletionCreateParams question, boolean asStream, String cache) {
    if (!asStream) {
      try (var answer = OPENAI.chat().completions().withRawResponse().create(question)) {
        assertThat(answer.headers().values("X-Cache")).containsExactly(cache);
        return answer.parse().validate();
      }
    }
    var withUsage =
        question.toBuilder()
            .streamOptions(ChatCompletionStreamOptions.builder().includeUsage(true).build())
            .build();
    var whole = ChatCompletionAccumulator.create();
    try (var answer = OPENAI.chat().completions().withRawResponse().createStreaming(withUsage);
        var chunks = answer.parse()) {
      assertThat(answer.headers().values("X-Cache")).containsExactly(cache);
      chunks.stream().forEach(chunk -> whole.accumulate(chunk.validate()));
    }
    return whole.chatCompletion();
  }

  private static Response response(ResponseCreateParams question, boolean asStream, String cache) {
    if (!asStream) {
      try (var answer = OPENAI.responses().withRawResponse().create(question)) {
        assertThat(answer.headers().values("X-Cache")).containsExactly(cache);
        return answer.parse();
      }
    }
    var whole = ResponseAccumulator.create();
    try (var answer = OPENAI.responses().withRawResponse().createStreaming(question);
        var events = answer.parse()) {
      assertThat(answer.headers().values("X-Cache")).containsExactly(cache);
      events.stream().forEach(whole::accumulate);
    }
    return whole.response();
  }

  private static String visible(Message answer) {
    var blocks =
        answer.content().stream()
            .map(
                block -> {
                  if (block.isText()) {
                    return block.asText().text();
                  }
                  return block.isThinking()
                      ? block.asThinking().thinking() + block.asThinking().signature()
                      : block.asToolUse().id()
                          + block.asToolUse().name()
                          + block.asToolUse()._input();
                })
            .collect(Collectors.joining("|"));
    var usage = answer.usage();
    return String.join(
        "|",
        answer.id(),
        answer.model().asString(),
        blocks,
        answer.stopReason().orElseThrow().asString(),
        usage.inputTokens() + "+" + usage.outputTokens());
  }

  private static String visible(ChatCompletion answer) {
    var choice = answer.choices().getFirst();
    var calls =
        choice.message().toolCalls().orElse(List.of()).stream()
            .map(call -> call.asFunction().id() + call.asFunction().function())
            .collect(Collectors.joining("|"));
    return String.join(
        "|",
        answer.id(),
        answer.model(),
        choice.message().content().orElse(""),
        calls,
        choice.finishReason().asString(),
        String.valueOf(answer.usage()));
  }
}

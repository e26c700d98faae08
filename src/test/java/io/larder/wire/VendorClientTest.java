package io.larder.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.openai.core.ObjectMappers;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.helpers.ResponseAccumulator;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseStreamEvent;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The client library of OpenAI reads the streams that are made, and puts them together alike. */
final class VendorClientTest {
  private static final JsonMapper JSON = ObjectMappers.jsonMapper();

  private static final Set<String> DELTAS =
      Set.of(
          "response.output_text.delta",
          "response.output_text.done",
          "response.refusal.delta",
          "response.refusal.done",
          "response.reasoning_text.delta",
          "response.reasoning_text.done",
          "response.reasoning_summary_part.added",
          "response.reasoning_summary_part.done",
          "response.reasoning_summary_text.delta",
          "response.reasoning_summary_text.done",
          "response.function_call_arguments.delta",
          "response.function_call_arguments.done",
          "response.custom_tool_call_input.delta",
          "response.custom_tool_call_input.done");

  @ParameterizedTest
  @ValueSource(strings = {"chat.json", "chat-tools.json", "chat-no-logprobs.json"})
  void render_chat_isWhatTheVendorsClientTakesForTheAnswer(String file)
      throws JsonProcessingException {
    var answer = Recorded.bytes(file);
    var expected = JSON.readValue(new String(answer, StandardCharsets.UTF_8), ChatCompletion.class);
    var accumulator = ChatCompletionAccumulator.create();
    for (var frame : Recorded.format(file).render(answer).orElseThrow()) {
      if (!frame.data().equals("[DONE]")) {
        accumulator.accumulate(JSON.readValue(frame.data(), ChatCompletionChunk.class).validate());
      }
    }
    var read = accumulator.chatCompletion();

    assertThat(read.id()).isEqualTo(expected.id());
    assertThat(read.created()).isEqualTo(expected.created());
    assertThat(read.usage()).isPresent().isEqualTo(expected.usage());
    var choice = read.choices().getFirst();
    var wanted = expected.choices().getFirst();
    assertThat(choice.finishReason()).isEqualTo(wanted.finishReason());
    assertThat(choice.message().content().orElse(""))
        .isEqualTo(wanted.message().content().orElse(""));
    assertThat(choice.message().toolCalls().orElse(List.of()))
        .isEqualTo(wanted.message().toolCalls().orElse(List.of()));
  }

  @Test
  void render_response_isWhatTheVendorsClientTakesForTheAnswer() throws JsonProcessingException {
    var answer = Recorded.bytes("responses.json");
    var accumulator = ResponseAccumulator.create();
    for (var frame : Recorded.format("responses.json").render(answer).orElseThrow()) {
      accumulator.accumulate(JSON.readValue(frame.data(), ResponseStreamEvent.class));
    }

    assertThat(accumulator.response())
        .isEqualTo(JSON.readValue(new String(answer, StandardCharsets.UTF_8), Response.class));
  }

  @Test
  void render_inventedResponse_hasEventsThatTheVendorsClientKnows() throws JsonProcessingException {
    int checked = 0;
    long first = System.nanoTime();
    for (long seed = first; seed < first + 50; seed++) {
      var frames = new OpenAiResponses().render(Recorded.utf8(new Invented(seed).response()));
      for (var frame : frames.orElseThrow()) {
        // invented items, annotations and probabilities lack what the client would like to see
        if (DELTAS.contains(frame.fields().event()) && !frame.data().contains("\"logprob\"")) {
          JSON.readValue(frame.data(), ResponseStreamEvent.class).validate();
          checked++;
        }
      }
    }
    assertThat(checked).isGreaterThan(50);
  }
}

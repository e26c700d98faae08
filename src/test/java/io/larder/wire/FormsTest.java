package io.larder.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.json.JsonWriter;
import io.larder.model.Wire;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Both forms of answers that vendors gave. */
final class FormsTest {
  static List<String> answers() {
    return Recorded.ANSWERS;
  }

  static List<String> streams() {
    return Recorded.STREAMS;
  }

  @ParameterizedTest
  @MethodSource("answers")
  void render_recordedAnswer_foldsBackToIt(String file) {
    var answer = Recorded.bytes(file);
    var format = Recorded.format(file);
    var frames = format.render(answer).orElseThrow();

    assertThat(frames).hasSizeGreaterThan(3);
    assertThat(format.fold(frames).map(Recorded::canonical)).hasValue(Recorded.canonical(answer));
    assertThat(frames.subList(0, frames.size() - 1))
        .allSatisfy(frame -> assertThat(format.read(frame).kind()).isEqualTo(Sign.Kind.PART));
    assertThat(format.read(frames.getLast()).kind()).isEqualTo(Sign.Kind.END);
  }

  @ParameterizedTest
  @MethodSource("answers")
  void render_recordedAnswer_saysWhatItCost(String file) {
    var answer = Recorded.bytes(file);
    var format = Recorded.format(file);
    var whole = format.read(answer).usage().orElseThrow();

    var last = whole;
    for (var frame : format.render(answer).orElseThrow()) {
      last = format.read(frame).usage().orElse(last);
    }
    assertThat(last).isEqualTo(whole);
    assertThat(whole.total()).isPositive();
  }

  @ParameterizedTest
  @MethodSource("streams")
  void fold_recordedStream_isAnAnswerThatRenders(String file) {
    var format = Recorded.format(file);
    var stream = new String(Recorded.bytes(file), StandardCharsets.UTF_8);
    var folded = format.fold(Recorded.frames(stream)).orElseThrow();

    assertThat(format.read(folded).kind()).isEqualTo(Sign.Kind.END);
    assertThat(format.read(folded).unfit()).isEmpty();
    var again = format.fold(format.render(folded).orElseThrow());
    assertThat(again.map(Recorded::canonical)).hasValue(Recorded.canonical(folded));
  }

  @Test
  void fold_recordedChat_isTheAnswerAsTheVendorWouldHaveGivenIt() {
    assertThat(folded("chat-stream.txt"))
        .isEqualTo(
            "{\"id\":\"chatcmpl-D0q8CZXN1uEzngZGkU7FuV92lnXWq\",\"object\":\"chat.completion\","
                + "\"created\":1769092764,\"model\":\"gpt-4o-mini-2024-07-18\",\"choices\":"
                + "[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"Hello, World!\","
                + "\"refusal\":null},\"logprobs\":null,\"finish_reason\":\"stop\"}],"
                + "\"service_tier\":\"default\",\"system_fingerprint\":\"fp_29330a9688\"}");
  }

  @Test
  void fold_azuresPrefaceAndFilterResults_arePartOfTheAnswer() {
    var chunk =
        "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":7,\"model\":\"m\",\"choices\":"
            + "[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"a\"},\"finish_reason\":%s,\"content_filter_results\":%s}]}\n\n";
    var stream =
        "data: {\"choices\":[],\"created\":0,\"id\":\"\",\"model\":\"\",\"object\":\"\","
            + "\"prompt_filter_results\":[{\"prompt_index\":0}]}\n\n"
            + chunk.formatted("null", "{}")
            + chunk.formatted("\"stop\"", "{\"hate\":{\"filtered\":false}}")
            + "data: [DONE]\n\n";

    var folded = new OpenAiChat().fold(Recorded.frames(stream)).map(Recorded::object).orElseThrow();
    assertThat(folded.text("id")).hasValue("c");
    assertThat(folded.text("model")).hasValue("m");
    assertThat(folded.number("created")).isEqualTo(7);
    assertThat(folded.items("prompt_filter_results")).hasSize(1);
    assertThat(JsonWriter.compact(folded)).contains("\"content_filter_results\":{\"hate\"");
  }

  @Test
  void fold_recordedMessage_hasTheLastCountOfTokens() {
    assertThat(folded("messages-stream.txt"))
        .isEqualTo(
            "{\"model\":\"claude-sonnet-4-20250514\",\"id\":\"msg_01SJmPi7XXP8qscFQiHPR9oy\","
                + "\"type\":\"message\",\"role\":\"assistant\",\"content\":[{\"type\":\"text\","
                + "\"text\":\"Hello World\"}],\"stop_reason\":\"end_turn\",\"stop_sequence\":null,"
                + "\"usage\":{\"input_tokens\":10,\"cache_creation_input_tokens\":0,"
                + "\"cache_read_input_tokens\":0,\"cache_creation\":{\"ephemeral_5m_input_tokens\":0,"
                + "\"ephemeral_1h_input_tokens\":0},\"output_tokens\":5,"
                + "\"service_tier\":\"standard\"}}");
  }

  @Test
  void fold_recordedResponse_isVerbatim() {
    var stream = new String(Recorded.bytes("responses-stream.txt"), StandardCharsets.UTF_8);
    var completed = stream.substring(stream.lastIndexOf("\"response\":") + 11);
    var expected = completed.substring(0, completed.lastIndexOf(",\"sequence_number\""));

    assertThat(folded("responses-stream.txt")).isEqualTo(expected);
  }

  /** Told beside the delta in a stream, and as a member of the message else. */
  @Test
  void message_contextManagement_isInBothForms() {
    var edits =
        "{\"applied_edits\":[{\"type\":\"clear_tool_uses_20250919\",\"cleared_tool_uses\":8}]}";
    var message =
        "{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"m\",\"content\":[],"
            + "\"stop_reason\":\"end_turn\",\"stop_sequence\":null,\"usage\":{\"input_tokens\":1,"
            + "\"output_tokens\":2},\"context_management\":"
            + edits
            + "}";
    var format = WireFormat.of(Wire.ANTHROPIC_MESSAGES);

    var frames = format.render(Recorded.utf8(message)).orElseThrow();
    var delta = Recorded.object(Recorded.utf8(frames.get(frames.size() - 2).data()));
    assertThat(delta.get("context_management")).contains(Recorded.object(Recorded.utf8(edits)));
    assertThat(delta.object("delta").orElseThrow().has("context_management")).isFalse();
    assertThat(frames.getFirst().data()).contains("\"context_management\":null");
    assertThat(format.fold(frames))
        .hasValueSatisfying(
            folded ->
                assertThat(Recorded.canonical(folded))
                    .isEqualTo(Recorded.canonical(Recorded.utf8(message))));
  }

  private static String folded(String file) {
    var stream = new String(Recorded.bytes(file), StandardCharsets.UTF_8);
    return new String(
        Recorded.format(file).fold(Recorded.frames(stream)).orElseThrow(), StandardCharsets.UTF_8);
  }
}

package io.larder.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.larder.json.Json;
import io.larder.json.JsonText;
import io.larder.model.Wire;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The demonstration in each wire format, as a client of that format reads it. */
final class DemoProviderTest {
  private static final String ASKED =
      "{\"model\":\"d\",\"prompt\":\"two words\",\"input\":\"two words\","
          + "\"messages\":[{\"role\":\"user\",\"content\":\"two words\"}]}";
  private static final String STREAMED = ASKED.replace("{\"model", "{\"stream\":true,\"model");

  private final DemoProvider demo = new DemoProvider("demo", Duration.ZERO);

  @ParameterizedTest
  @EnumSource(Wire.class)
  void ask_theSameAgain_hasTheSameBytes(Wire wire) throws IOException {
    assertThat(demo.speaks(wire)).isTrue();
    assertThat(ask(wire, ASKED)).isEqualTo(ask(wire, ASKED));
    assertThat(ask(wire, STREAMED)).isEqualTo(ask(wire, STREAMED));
    assertThat(ask(wire, ASKED))
        .isNotEqualTo(ask(wire, ASKED.replace("two words", "many more words")));
  }

  @Test
  void chat_stream_saysWhatTheWholeAnswerSays() throws IOException {
    var whole = object(ask(Wire.OPENAI_CHAT, ASKED));
    var choice = (Json.Obj) whole.items("choices").getFirst();
    var text = choice.object("message").orElseThrow().text("content").orElseThrow();

    assertThat(text).contains("2 words", "“two words”");
    var told = new StringBuilder();
    for (var data : data(ask(Wire.OPENAI_CHAT, STREAMED), "[DONE]")) {
      var delta = ((Json.Obj) object(data).items("choices").getFirst()).object("delta");
      told.append(delta.orElseThrow().text("content").orElse(""));
    }
    assertThat(told).hasToString(text);
  }

  @Test
  void completions_stream_saysWhatTheWholeAnswerSays() throws IOException {
    var withUsage =
        STREAMED.replace("{\"stream\"", "{\"stream_options\":{\"include_usage\":true},\"stream\"");
    var whole = object(ask(Wire.OPENAI_COMPLETIONS, ASKED));
    var text = ((Json.Obj) whole.items("choices").getFirst()).text("text").orElseThrow();

    assertThat(text).contains("“two words”");
    assertThat(whole.text("object")).contains("text_completion");
    var told = new StringBuilder();
    var chunks = data(ask(Wire.OPENAI_COMPLETIONS, withUsage), "[DONE]");
    for (var data : chunks.subList(0, chunks.size() - 1)) {
      told.append(((Json.Obj) object(data).items("choices").getFirst()).text("text").orElse(""));
    }
    assertThat(told).hasToString(text);
    assertThat(object(chunks.getLast()).object("usage"))
        .isEqualTo(whole.object("usage"))
        .isPresent();
  }

  @Test
  void messages_stream_hasTheEventsInOrderAndTheSameText() throws IOException {
    var whole = object(ask(Wire.ANTHROPIC_MESSAGES, ASKED));
    var text = ((Json.Obj) whole.items("content").getFirst()).text("text").orElseThrow();
    var stream = ask(Wire.ANTHROPIC_MESSAGES, STREAMED);
    var told = new StringBuilder();
    var types = new ArrayList<String>();
    for (var data : data(stream, "")) {
      var event = object(data);
      var type = event.text("type").orElseThrow();
      assertThat(stream).contains("event: " + type + "\ndata: {\"type\":\"" + type + "\"");
      event.object("delta").flatMap(delta -> delta.text("text")).ifPresent(told::append);
      if (types.isEmpty() || !types.getLast().equals(type)) {
        types.add(type);
      }
    }

    assertThat(types)
        .containsExactly(
            "message_start",
            "content_block_start",
            "ping",
            "content_block_delta",
            "content_block_stop",
            "message_delta",
            "message_stop");
    assertThat(told).hasToString(text);
    assertThat(whole.text("stop_reason")).contains("end_turn");
    var usage = whole.object("usage").orElseThrow();
    assertThat(usage.number("input_tokens")).isPositive();
    assertThat(object(ask(Wire.ANTHROPIC_COUNT_TOKENS, ASKED)).number("input_tokens"))
        .isEqualTo(usage.number("input_tokens"));
  }

  @Test
  void responses_stream_isNumberedAndEndsWithTheWholeAnswer() throws IOException {
    var whole = ask(Wire.OPENAI_RESPONSES, ASKED);
    var events = data(ask(Wire.OPENAI_RESPONSES, STREAMED), "");
    for (int i = 0; i < events.size(); i++) {
      assertThat(object(events.get(i)).number("sequence_number")).isEqualTo(i);
    }

    assertThat(events.getFirst()).contains("\"type\":\"response.created\"", "in_progress");
    assertThat(events.getLast()).contains("\"type\":\"response.completed\"", whole);
    assertThat(whole).contains("“two words”", "\"status\":\"completed\"", "\"total_tokens\":");
    var turns =
        "{\"input\":[{\"role\":\"user\",\"content\":[{\"type\":\"input_text\",\"text\":\"hi\"}]}]}";
    assertThat(ask(Wire.OPENAI_RESPONSES, turns)).contains("“hi”");
  }

  @Test
  void embeddings_eachInput_hasItsOwnVectorOfLengthOne() throws IOException {
    var several = "{\"input\":[\"a\",\"b\",\"a\"]}";
    var data = object(ask(Wire.OPENAI_EMBEDDINGS, several)).items("data");

    assertThat(data).hasSize(3);
    var a = numbers((Json.Obj) data.get(0));
    assertThat(a).hasSize(16).isEqualTo(numbers((Json.Obj) data.get(2)));
    assertThat(a).isNotEqualTo(numbers((Json.Obj) data.get(1)));
    assertThat(a.stream().mapToDouble(x -> x * x).sum()).isEqualTo(1, within(1e-5));
    assertThat(((Json.Obj) data.get(2)).number("index")).isEqualTo(2);
  }

  @Test
  void embeddings_base64_isTheSameVector() throws IOException {
    var asked = "{\"input\":\"a\",\"dimensions\":5}";
    var plain = (Json.Obj) object(ask(Wire.OPENAI_EMBEDDINGS, asked)).items("data").getFirst();
    var packed =
        (Json.Obj)
            object(
                    ask(
                        Wire.OPENAI_EMBEDDINGS,
                        asked.replace("}", ",\"encoding_format\":\"base64\"}")))
                .items("data")
                .getFirst();
    var bytes =
        ByteBuffer.wrap(Base64.getDecoder().decode(packed.text("embedding").orElseThrow()))
            .order(ByteOrder.LITTLE_ENDIAN);

    for (var number : numbers(plain)) {
      assertThat((double) bytes.getFloat()).isEqualTo(number, within(1e-6));
    }
    assertThat(bytes.hasRemaining()).isFalse();
  }

  @Test
  void embeddings_outOfRange_areRefused() throws IOException {
    for (var bad :
        new String[] {
          "{\"input\":[]}",
          "{}",
          "{\"input\":\"a\",\"dimensions\":0}",
          "{\"input\":\"a\",\"dimensions\":3073}",
          "{\"input\":[" + "\"a\",".repeat(2047) + "\"a\"],\"dimensions\":3000}"
        }) {
      try (var reply = demo.ask(question(Wire.OPENAI_EMBEDDINGS, bad))) {
        assertThat(reply.status()).as(bad).isEqualTo(400);
        assertThat(new String(reply.read(10_000), StandardCharsets.UTF_8))
            .contains("invalid_request_error", " must be ");
      }
    }
    assertThat(ask(Wire.OPENAI_EMBEDDINGS, "{\"input\":[[1,2],[3]]}")).contains("\"index\":1");
    assertThat(ask(Wire.OPENAI_EMBEDDINGS, "{\"input\":[1,2]}")).doesNotContain("\"index\":1");
  }

  private String ask(Wire wire, String body) throws IOException {
    try (var reply = demo.ask(question(wire, body))) {
      assertThat(reply.status()).isEqualTo(200);
      return new String(reply.read(10_000_000), StandardCharsets.UTF_8);
    }
  }

  private static Question question(Wire wire, String body) {
    return new Question(wire, List.of(), body.getBytes(StandardCharsets.UTF_8));
  }

  private static Json.Obj object(String json) {
    return JsonText.parse(json.getBytes(StandardCharsets.UTF_8)).object();
  }

  private static List<Double> numbers(Json.Obj embedding) {
    return embedding.items("embedding").stream().map(item -> ((Json.Num) item).value()).toList();
  }

  /** What stands behind {@code data:}, without the last word. */
  private static List<String> data(String stream, String lastWord) {
    return stream
        .lines()
        .filter(line -> line.startsWith("data: "))
        .map(line -> line.substring("data: ".length()))
        .filter(data -> !data.equals(lastWord))
        .toList();
  }
}

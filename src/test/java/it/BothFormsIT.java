package it;

import static it.Api.header;
import static it.Api.json;
import static it.Api.text;
import static it.Shared.LARDER;
import static it.Shared.SCRIPTED;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One entry of the cache over HTTP, as a stream and as JSON, for each wire format. */
final class BothFormsIT {
  private static final String CHAT = "/v1/chat/completions";
  private static final String USAGE_WANTED = "\"stream_options\":{\"include_usage\":true},";

  /** A stream in which a tool is called with fragments of arguments. */
  private static final String CHAT_TOOLS =
      Chunks.chunk("{\"role\":\"assistant\",\"content\":null}", "null")
          + Chunks.chunk(
              "{\"tool_calls\":[{\"index\":0,\"id\":\"call_1\",\"type\":\"function\","
                  + "\"function\":{\"name\":\"weather\",\"arguments\":\"\"}}]}",
              "null")
          + Chunks.chunk(
              "{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"{\\\"city\\\":\"}}]}",
              "null")
          + Chunks.chunk(
              "{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"\\\"Graz\\\"}\"}}]}",
              "null")
          + Chunks.chunk("{}", "\"tool_calls\"")
          + Chunks.USAGE
          + Chunks.DONE;

  private static final String COMPLETION_STREAM =
      completion("Hel", "null") + completion("lo", "\"stop\"") + Chunks.DONE;

  private static final String COMPLETION =
      "{\"id\":\"c\",\"object\":\"text_completion\",\"created\":1,\"model\":\"m\",\"choices\":"
          + "[{\"text\":\"Hello\",\"index\":0,\"logprobs\":null,\"finish_reason\":\"stop\"}],"
          + "\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4,\"total_tokens\":7}}";

  private static final String MESSAGE_TOOLS =
      event(
              "message_start",
              "\"message\":{\"id\":\"msg\",\"type\":\"message\",\"role\":\"assistant\",\"model\":"
                  + "\"m\",\"content\":[],\"stop_reason\":null,\"stop_sequence\":null,"
                  + "\"usage\":{\"input_tokens\":3,\"output_tokens\":1}}")
          + event(
              "content_block_start",
              "\"index\":0,\"content_block\":{\"type\":\"tool_use\",\"id\":\"toolu_1\","
                  + "\"name\":\"weather\",\"input\":{}}")
          + event("ping", "")
          + event(
              "content_block_delta",
              "\"index\":0,\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":"
                  + "\"{\\\"city\\\":\"}")
          + event(
              "content_block_delta",
              "\"index\":0,\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":"
                  + "\"\\\"Graz\\\"}\"}")
          + event("content_block_stop", "\"index\":0")
          + event(
              "message_delta",
              "\"delta\":{\"stop_reason\":\"tool_use\",\"stop_sequence\":null},"
                  + "\"usage\":{\"output_tokens\":4}")
          + event("message_stop", "");

  private static String completion(String text, String reason) {
    return "data: {\"id\":\"c\",\"object\":\"text_completion\",\"created\":1,\"model\":\"m\","
        + "\"choices\":[{\"text\":\""
        + text
        + "\",\"index\":0,\"logprobs\":null,\"finish_reason\":"
        + reason
        + "}]}\n\n";
  }

  private static String event(String type, String members) {
    return "event: "
        + type
        + "\ndata: {\"type\":\""
        + type
        + "\""
        + (members.isEmpty() ? "" : "," + members)
        + "}\n\n";
  }

  private static String recorded(String file) {
    try (var in = BothFormsIT.class.getResourceAsStream("/io/larder/wire/" + file)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private static String question(String model, boolean stream) {
    return "{\"stream\":"
        + stream
        + ",\"model\":\""
        + model
        + "\",\"max_tokens\":9,\"prompt\":\"x\",\"input\":\"x\",\"messages\":"
        + "[{\"role\":\"user\",\"content\":\"x\"}]}";
  }

  /** What the provider gives, whatever was asked for. */
  private static void script(String model, String answer) {
    var type = answer.startsWith("{") ? "application/json" : "text/event-stream";
    SCRIPTED.script(model, (request, connection) -> connection.whole(200, type, answer));
  }

  /** Asks for one form, then for the other, which must come from the entry of the first. */
  private static HttpResponse<byte[]> other(String path, String model, String answer) {
    script(model, answer);
    boolean stream = !answer.startsWith("{");
    var miss = LARDER.post(path, question(model, stream));
    assertThat(header(miss, "X-Cache")).as(text(miss)).isEqualTo("MISS");
    var hit = LARDER.post(path, question(model, !stream));
    assertThat(header(hit, "X-Cache")).as(text(hit)).isEqualTo("HIT");
    assertThat(header(hit, "Content-Type"))
        .startsWith(stream ? "application/json" : "text/event-stream");
    assertThat(SCRIPTED.requests(model)).hasSize(1);
    return hit;
  }

  @Test
  void chatStream_askedAsJson_isTheSameAnswer() {
    var stream = recorded("chat-stream.txt");
    var whole = json(other(CHAT, "s-forms-chat-stream", stream));

    assertThat(whole.at("/object").asText()).isEqualTo("chat.completion");
    assertThat(whole.at("/choices/0/message/content").asText())
        .isNotEmpty()
        .isEqualTo(Chunks.text(stream));
    assertThat(whole.at("/choices/0/message/role").asText()).isEqualTo("assistant");
    assertThat(whole.at("/choices/0/finish_reason").asText()).isEqualTo("stop");
    assertThat(whole.has("obfuscation")).isFalse();
  }

  @Test
  void chatStream_withTools_isJsonWithWholeArguments() {
    var whole = json(other(CHAT, "s-forms-chat-tools-stream", CHAT_TOOLS));

    var call = whole.at("/choices/0/message/tool_calls/0");
    assertThat(call.at("/function/arguments").asText()).isEqualTo("{\"city\":\"Graz\"}");
    assertThat(call.at("/function/name").asText()).isEqualTo("weather");
    assertThat(call.at("/id").asText()).isEqualTo("call_1");
    assertThat(call.has("index")).isFalse();
    assertThat(whole.at("/choices/0/finish_reason").asText()).isEqualTo("tool_calls");
    assertThat(whole.at("/usage/completion_tokens").asInt()).isEqualTo(4);
  }

  @ParameterizedTest
  @CsvSource({"chat.json", "chat-tools.json", "chat-no-logprobs.json"})
  void chatJson_askedAsAStream_isTheSameAnswer(String file) {
    var answer = Chunks.json(recorded(file));
    var stream = text(other(CHAT, "s-forms-" + file, recorded(file)));

    assertThat(stream).endsWith(Chunks.DONE).doesNotContain("\"usage\"");
    assertThat(Chunks.text(stream))
        .isEqualTo(textOrNothing(answer.at("/choices/0/message/content")));
    var arguments = new StringBuilder();
    for (var chunk : Chunks.events(stream)) {
      assertThat(chunk.at("/object").asText()).isEqualTo("chat.completion.chunk");
      assertThat(chunk.at("/id").asText()).isEqualTo(answer.at("/id").asText());
      arguments.append(chunk.at("/choices/0/delta/tool_calls/0/function/arguments").asText(""));
    }
    assertThat(arguments.toString())
        .isEqualTo(answer.at("/choices/0/message/tool_calls/0/function/arguments").asText(""));
    assertThat(Chunks.events(stream).getLast().at("/choices/0/finish_reason"))
        .isEqualTo(answer.at("/choices/0/finish_reason"));
  }

  private static String textOrNothing(JsonNode text) {
    return text.isTextual() ? text.asText() : "";
  }

  @Test
  void chatJson_askedAsAStreamWithUsage_showsIt() {
    script("s-forms-usage", recorded("chat.json"));
    assertThat(LARDER.post(CHAT, question("s-forms-usage", false)).statusCode()).isEqualTo(200);
    var stream =
        LARDER.post(
            CHAT, question("s-forms-usage", true).replace("\"model\"", USAGE_WANTED + "\"model\""));

    assertThat(header(stream, "X-Cache")).isEqualTo("HIT");
    var chunks = Chunks.events(text(stream));
    assertThat(chunks.getLast().at("/choices")).isEmpty();
    assertThat(chunks.getLast().at("/usage"))
        .isEqualTo(Chunks.json(recorded("chat.json")).at("/usage"));
    assertThat(chunks.getFirst().at("/usage").isNull()).isTrue();
  }

  @Test
  void completions_bothWays_areTheSameAnswer() {
    var whole = json(other("/v1/completions", "s-forms-text-stream", COMPLETION_STREAM));
    assertThat(whole.at("/choices/0/text").asText()).isEqualTo("Hello");
    assertThat(whole.at("/object").asText()).isEqualTo("text_completion");
    assertThat(whole.at("/choices/0/finish_reason").asText()).isEqualTo("stop");

    var stream = text(other("/v1/completions", "s-forms-text", COMPLETION));
    assertThat(stream).endsWith(Chunks.DONE).doesNotContain("\"usage\"");
    var text = new StringBuilder();
    Chunks.events(stream).forEach(chunk -> text.append(chunk.at("/choices/0/text").asText()));
    assertThat(text.toString()).isEqualTo("Hello");
  }

  @Test
  void responsesStream_askedAsJson_isTheCompletedResponse() {
    var stream = recorded("responses-stream.txt");
    var whole = json(other("/v1/responses", "s-forms-responses-stream", stream));

    assertThat(whole).isEqualTo(Chunks.events(stream).getLast().at("/response"));
  }

  @Test
  void responsesJson_askedAsAStream_endsWithIt() {
    var answer = Chunks.json(recorded("responses.json"));
    var stream = text(other("/v1/responses", "s-forms-responses", recorded("responses.json")));

    var events = Chunks.events(stream);
    assertThat(events.getFirst().at("/type").asText()).isEqualTo("response.created");
    assertThat(events.getLast().at("/type").asText()).isEqualTo("response.completed");
    assertThat(events.getLast().at("/response")).isEqualTo(answer);
    var text = new StringBuilder();
    for (int i = 0; i < events.size(); i++) {
      assertThat(events.get(i).at("/sequence_number").asInt()).isEqualTo(i);
      if (events.get(i).at("/type").asText().equals("response.output_text.delta")) {
        text.append(events.get(i).at("/delta").asText());
      }
    }
    assertThat(text.toString()).isEqualTo(answer.at("/output/0/content/0/text").asText());
  }

  @Test
  void messagesStream_withTools_isJsonWithWholeInput() {
    var whole = json(other("/v1/messages", "s-forms-message-tools", MESSAGE_TOOLS));

    assertThat(whole.at("/content/0/input/city").asText()).isEqualTo("Graz");
    assertThat(whole.at("/content/0/name").asText()).isEqualTo("weather");
    assertThat(whole.at("/stop_reason").asText()).isEqualTo("tool_use");
    assertThat(whole.at("/usage/output_tokens").asInt()).isEqualTo(4);
    assertThat(whole.at("/usage/input_tokens").asInt()).isEqualTo(3);
  }

  @ParameterizedTest
  @CsvSource({"messages.json", "messages-tools.json", "messages-thinking.json"})
  void messagesJson_askedAsAStream_isTheSameAnswer(String file) {
    var answer = Chunks.json(recorded(file));
    var stream = text(other("/v1/messages", "s-forms-" + file, recorded(file)));

    assertThat(stream).startsWith("event: message_start\n").doesNotContain("[DONE]");
    var events = Chunks.events(stream);
    assertThat(events.getLast().at("/type").asText()).isEqualTo("message_stop");
    for (int block = 0; block < answer.at("/content").size(); block++) {
      var expected = answer.at("/content/" + block);
      assertThat(joined(stream, block, "text")).isEqualTo(expected.at("/text").asText(""));
      assertThat(joined(stream, block, "thinking")).isEqualTo(expected.at("/thinking").asText(""));
      assertThat(joined(stream, block, "signature"))
          .isEqualTo(expected.at("/signature").asText(""));
      var input = joined(stream, block, "partial_json");
      if (expected.has("input")) {
        assertThat(Chunks.json(input)).isEqualTo(expected.at("/input"));
      } else {
        assertThat(input).isEmpty();
      }
    }
  }

  /** What the deltas of a block give together. */
  private static String joined(String stream, int block, String member) {
    var text = new StringBuilder();
    for (var event : Chunks.events(stream)) {
      if (event.at("/index").asInt(-1) == block) {
        text.append(event.at("/delta/" + member).asText(""));
      }
    }
    return text.toString();
  }

  @Test
  void hit_withItsPace_takesAsLongAsTheProviderTook() {
    var pause = Duration.ofMillis(400);
    SCRIPTED.script(
        "s-forms-pace",
        (request, answer) -> {
          answer.streamHead();
          answer.piece(Chunks.first("a"));
          TimeUnit.MILLISECONDS.sleep(pause.toMillis());
          answer.piece(Chunks.more("b"));
          TimeUnit.MILLISECONDS.sleep(pause.toMillis());
          answer.piece(Chunks.STOP + Chunks.DONE);
          answer.streamEnd();
        });
    var miss = LARDER.post(CHAT, question("s-forms-pace", true));
    assertThat(header(miss, "X-Cache")).isEqualTo("MISS");

    long burst = System.nanoTime();
    var hit = LARDER.post(CHAT, question("s-forms-pace", true));
    var burstTime = Duration.ofNanos(System.nanoTime() - burst);
    long paced = System.nanoTime();
    var slow =
        StreamClient.ask(
            LARDER, CHAT, question("s-forms-pace", true), "Larder-Cache", "pace=recorded");
    slow.await("\"a\"");
    assertThat(slow.soFar()).doesNotContain("[DONE]");
    var text = slow.all();
    var pacedTime = Duration.ofNanos(System.nanoTime() - paced);

    assertThat(hit.body()).isEqualTo(miss.body());
    assertThat(text).isEqualTo(text(miss));
    assertThat(slow.header("X-Cache")).isEqualTo("HIT");
    assertThat(pacedTime).isBetween(pause.multipliedBy(2), pause.multipliedBy(2).plusSeconds(5));
    assertThat(burstTime).isLessThan(pacedTime);
  }
}

package io.larder.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.model.Usage;
import io.larder.model.Wire;
import io.larder.sse.SseFrame;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What frames and answers of each format say of their exchange. */
final class SignsTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      textBlock =
          """
          OPENAI_COMPLETIONS | -                    | {"choices":[{"text":"a","finish_reason":null}]}         | PART    | -
          OPENAI_COMPLETIONS | -                    | {"choices":[{"text":"a","finish_reason":"length"}]}     | PART    | finish-length
          OPENAI_COMPLETIONS | -                    | {"error":{"message":"a"}}                               | ERROR   | error
          OPENAI_COMPLETIONS | -                    | [DONE]                                                  | END     | -
          OPENAI_CHAT        | -                    | {"id":"x","choi                                         | NOTHING | not-json
          OPENAI_CHAT        | -                    | {"choices":[{"finish_reason":"abort"}]}                 | PART    | finish-other
          OPENAI_CHAT        | -                    | {"choices":[{"finish_reason":"stop","error":{"code":5}}]} | PART  | error
          OPENAI_RESPONSES   | -                    | {"id":"x","choi                                         | NOTHING | not-json
          OPENAI_RESPONSES   | response.completed   | {"response":{"status":"completed","output":[{"type":"code_interpreter_call","container_id":"c"}]}} | END | container
          ANTHROPIC_MESSAGES | message_delta        | {"type":"coe                                            | NOTHING | not-json
          ANTHROPIC_MESSAGES | message_delta        | {"type":"message_delta","delta":{"stop_reason":"new"}}  | PART    | finish-other
          OPENAI_RESPONSES   | response.created     | {"type":"response.created","response":{}}               | PART    | -
          OPENAI_RESPONSES   | response.new_thing   | {"type":"response.new_thing"}                           | PART    | -
          OPENAI_RESPONSES   | response.completed   | {"response":{"status":"completed"}}                     | END     | -
          OPENAI_RESPONSES   | -                    | {"type":"response.completed","response":{"status":"completed"}}   | END | -
          OPENAI_RESPONSES   | -                    | {"type":"response.incomplete","response":{"status":"incomplete"}} | END | incomplete
          OPENAI_RESPONSES   | -                    | {"type":"response.failed","response":{"status":"failed"}}         | END | error
          OPENAI_RESPONSES   | -                    | {"type":"response.completed"}                           | END     | incomplete
          OPENAI_RESPONSES   | error                | {"type":"error","message":"a"}                          | ERROR   | error
          OPENAI_RESPONSES   | error                | not JSON                                                | ERROR   | error
          OPENAI_RESPONSES   | -                    | {"error":{"message":"a"}}                               | ERROR   | error
          OPENAI_RESPONSES   | -                    | [DONE]                                                  | NOTHING | -
          ANTHROPIC_MESSAGES | message_start        | {"type":"message_start","message":{}}                   | PART    | -
          ANTHROPIC_MESSAGES | ping                 | {"type": "ping"}                                        | NOTHING | -
          ANTHROPIC_MESSAGES | new_thing            | {"type":"new_thing"}                                    | PART    | -
          ANTHROPIC_MESSAGES | message_delta        | {"type":"message_delta","delta":{"stop_reason":"end_turn"}}      | PART | -
          ANTHROPIC_MESSAGES | message_delta        | {"type":"message_delta","delta":{"stop_reason":"max_tokens"}}    | PART | finish-max-tokens
          ANTHROPIC_MESSAGES | message_delta        | {"type":"message_delta","delta":{"stop_reason":"refusal"}}       | PART | finish-refusal
          ANTHROPIC_MESSAGES | message_delta        | {"type":"message_delta","delta":{"stop_reason":"pause_turn"}}    | PART | finish-pause-turn
          ANTHROPIC_MESSAGES | message_delta        | {"type":"message_delta","delta":{"container":{"id":"c"}}}        | PART | container
          ANTHROPIC_MESSAGES | message_start        | {"type":"message_start","message":{"container":{"id":"c"}}}      | PART | container
          ANTHROPIC_MESSAGES | message_stop         | {"type":"message_stop"}                                 | END     | -
          ANTHROPIC_MESSAGES | error                | {"type":"error","error":{"type":"overloaded_error"}}    | ERROR   | error
          ANTHROPIC_MESSAGES | error                | not JSON                                                | ERROR   | error
          ANTHROPIC_MESSAGES | -                    | {"error":{"message":"a"}}                               | ERROR   | error
          """)
  void read_frame_saysWhatItDoes(
      Wire wire, @Nullable String event, String data, Sign.Kind kind, @Nullable String unfit) {
    var name = event == null ? "" : "event: " + event + "\n";
    var sign = WireFormat.of(wire).read(frame(name + "data: " + data + "\n\n"));

    assertThat(sign.kind()).isEqualTo(kind);
    assertThat(sign.unfit()).isEqualTo(unfit == null ? "" : unfit);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      textBlock =
          """
          OPENAI_CHAT            | {"choices":[{"finish_reason":"content_filter"}]} | END   | finish-content-filter
          OPENAI_COMPLETIONS     | {"choices":[{"finish_reason":"stop"}]}           | END   | -
          OPENAI_COMPLETIONS     | {"choices":[{"text":"a"}]}                       | END   | -
          OPENAI_CHAT            | {}                                               | END   | incomplete
          OPENAI_CHAT            | {"choices":[]}                                   | END   | incomplete
          OPENAI_CHAT            | {"message":"Endpoint request timed out"}         | END   | incomplete
          OPENAI_CHAT            | {"choices":[{"finish_reason":null}]}             | END   | incomplete
          OPENAI_CHAT            | {"choices":[{"finish_reason":"error"}]}          | END   | finish-other
          ANTHROPIC_MESSAGES     | {"detail":"overloaded"}                          | END   | incomplete
          ANTHROPIC_MESSAGES     | {"content":[],"stop_reason":null}                | END   | incomplete
          OPENAI_RESPONSES       | {"status":"completed","error":null}              | END   | -
          OPENAI_RESPONSES       | {"status":"incomplete"}                          | END   | incomplete
          OPENAI_RESPONSES       | {"status":"in_progress"}                         | END   | incomplete
          OPENAI_RESPONSES       | {"status":"failed","error":{"code":"a"}}         | END   | error
          OPENAI_RESPONSES       | {"error":{"code":"a"}}                           | ERROR | error
          OPENAI_RESPONSES       | {}                                               | END   | incomplete
          OPENAI_EMBEDDINGS      | {"data":[{"index":0}]}                           | END   | -
          OPENAI_EMBEDDINGS      | {"data":[]}                                      | END   | incomplete
          OPENAI_EMBEDDINGS      | {"error":{"message":"a"}}                        | ERROR | error
          ANTHROPIC_MESSAGES     | {"content":[],"stop_reason":"tool_use"}          | END   | -
          ANTHROPIC_MESSAGES     | {"content":[],"stop_reason":"model_context_window_exceeded"} | END   | finish-model-context-window-exceeded
          ANTHROPIC_MESSAGES     | {"type":"error","error":{"type":"api_error"}}    | ERROR | error
          ANTHROPIC_COUNT_TOKENS | {"input_tokens":7}                               | END   | -
          ANTHROPIC_COUNT_TOKENS | {"tokens":7}                                     | END   | incomplete
          ANTHROPIC_COUNT_TOKENS | {"type":"error","error":{}}                      | ERROR | error
          OPENAI_CHAT            | <html>                                           | ERROR | not-json
          OPENAI_RESPONSES       | <html>                                           | ERROR | not-json
          OPENAI_EMBEDDINGS      | <html>                                           | ERROR | not-json
          ANTHROPIC_MESSAGES     | <html>                                           | ERROR | not-json
          ANTHROPIC_COUNT_TOKENS | <html>                                           | ERROR | not-json
          """)
  void read_answer_saysWhetherItIsFit(
      Wire wire, String answer, Sign.Kind kind, @Nullable String unfit) {
    var sign = WireFormat.of(wire).read(Recorded.utf8(answer));

    assertThat(sign.kind()).isEqualTo(kind);
    assertThat(sign.unfit()).isEqualTo(unfit == null ? "" : unfit);
  }

  @Test
  void read_tokensOfTheVendorsCache_countAsInput() {
    var usage =
        "\"usage\":{\"input_tokens\":1,\"cache_creation_input_tokens\":20,"
            + "\"cache_read_input_tokens\":300,\"output_tokens\":7}";
    var messages = WireFormat.of(Wire.ANTHROPIC_MESSAGES);

    assertThat(messages.read(Recorded.utf8("{" + usage + "}")).usage()).hasValue(new Usage(321, 7));
    assertThat(usage("message_start", "\"message\":{" + usage + "}")).hasValue(new Usage(321, 7));
    assertThat(usage("message_delta", "\"delta\":{}," + usage)).hasValue(new Usage(321, 7));
  }

  private static Optional<Usage> usage(String type, String members) {
    var data = "data: {\"type\":\"" + type + "\"," + members + "}\n\n";
    return WireFormat.of(Wire.ANTHROPIC_MESSAGES).read(frame(data)).usage();
  }

  @Test
  void errorEvent_everyFormat_readsItAsAnError() {
    for (var wire : new Wire[] {Wire.OPENAI_CHAT, Wire.OPENAI_RESPONSES, Wire.ANTHROPIC_MESSAGES}) {
      var format = WireFormat.of(wire);
      var event = new SseFrame(format.errorEvent("broken", "it \"broke\""));
      assertThat(format.read(event)).isEqualTo(Sign.ERROR);
      assertThat(event.data()).contains("\"it \\\"broke\\\"\"", "broken");
    }
    var numbered = WireFormat.of(Wire.OPENAI_RESPONSES).errorEvent("broken", "a", 7);
    assertThat(new String(numbered, StandardCharsets.UTF_8))
        .isEqualTo(
            "event: error\ndata: {\"type\":\"error\",\"code\":\"broken\",\"message\":\"a\","
                + "\"param\":null,\"sequence_number\":7}\n\n");
  }

  @ParameterizedTest
  @CsvSource({
    "400,invalid_request_error",
    "401,authentication_error",
    "403,permission_error",
    "404,not_found_error",
    "413,request_too_large",
    "429,rate_limit_error",
    "500,api_error",
    "502,api_error",
    "503,overloaded_error",
    "504,api_error",
    "529,overloaded_error"
  })
  void error_anthropic_hasTheVendorsType(int status, String type) {
    var error = WireFormat.of(Wire.ANTHROPIC_MESSAGES).error(status, "our_code", "", "it broke");
    assertThat(new String(error, StandardCharsets.UTF_8))
        .isEqualTo(
            "{\"type\":\"error\",\"error\":{\"type\":\""
                + type
                + "\",\"message\":\"it broke\",\"code\":\"our_code\"}}");
  }

  private static SseFrame frame(String text) {
    return new SseFrame(Recorded.utf8(text));
  }
}

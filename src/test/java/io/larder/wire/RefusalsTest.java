package io.larder.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.model.Wire;
import io.larder.sse.SseFrame;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Forms that nobody can make without guessing are not made. */
final class RefusalsTest {
  private static final String DONE = "data: [DONE]\n\n";

  /** What is wrong with a stream of two chunks, in the place of one member. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          another id              | "id":"c"            | "id":"d"
          another model           | "model":"m"         | "model":"n"
          an unknown that differs | "odd":1             | "odd":2
          no object               | "object":"chat.completion.chunk", | ''
          another object          | "chat.completion.chunk"           | "chat.completion"
          an error                | "odd":1             | "error":{"message":"a"}
          no index                | "index":0,          | ''
          an index of half        | "index":0           | "index":0.5
          an index below zero     | "index":0           | "index":-1
          choices not an array    | [{"index"           | 7,"x":[{"index"
          a choice not an object  | [{"index"           | [7,{"index"
          a delta not an object   | "delta":{"content":"b"}           | "delta":7
          another role            | "content":"b"       | "role":"user"
          text becomes a number   | "content":"b"       | "content":7
          text becomes parts      | "content":"b"       | "content":[{"text":"b"}]
          text becomes no parts   | "content":"b"       | "content":[]
          a number that differs   | "content":"b"       | "score":2
          an object that differs  | "content":"b"       | "note":{"a":2}
          an array again          | "content":"b"       | "parts":[1]
          a flag that differs     | "content":"b"       | "flag":false
          audio                   | "content":"b"       | "audio":{"data":"AAAA"}
          a call without index    | "content":"b"       | "tool_calls":[{"id":"x"}]
          a call not an object    | "content":"b"       | "tool_calls":[7]
          another call id         | "content":"b"       | "tool_calls":[{"index":0,"id":"y"}]
          another function name   | "content":"b"       | "tool_calls":[{"index":0,"function":{"name":"g"}}]
          arguments of a kind     | "content":"b"       | "tool_calls":[{"index":0,"function":{"arguments":{}}}]
          no reason to end        | "finish_reason":"stop" | "finish_reason":null
          usage not an object     | "odd":1             | "usage":7
          logprobs not an object  | "odd2":1            | "logprobs":7
          """)
  void fold_chat_cannotBePlaced_isRefused(String why, String member, String instead) {
    var first =
        chunk(
            "{\"role\":\"assistant\",\"content\":\"a\",\"score\":1,\"note\":{\"a\":1},"
                + "\"parts\":[1],\"flag\":true,\"tool_calls\":[{\"index\":0,\"id\":\"x\","
                + "\"function\":{\"name\":\"f\",\"arguments\":\"\"}}]}",
            "null");
    var second = chunk("{\"content\":\"b\"}", "\"stop\"");
    assertThat(second).as(why).contains(member);

    assertThat(fold(Wire.OPENAI_CHAT, first + second + DONE)).isTrue();
    assertThat(fold(Wire.OPENAI_CHAT, first + second.replace(member, instead) + DONE)).isFalse();
  }

  private static String chunk(String delta, String finish) {
    return "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"model\":\"m\",\"odd\":1,"
        + "\"choices\":[{\"index\":0,\"delta\":"
        + delta
        + ",\"odd2\":1,\"finish_reason\":"
        + finish
        + "}]}\n\n";
  }

  @Test
  void fold_chat_incompleteOrForeign_isRefused() {
    var whole = chunk("{\"role\":\"assistant\",\"content\":\"a\"}", "\"stop\"");

    assertThat(fold(Wire.OPENAI_CHAT, whole + DONE)).isTrue();
    assertThat(fold(Wire.OPENAI_CHAT, ": comment\n\n" + whole + DONE + ": bye\n\n")).isTrue();
    assertThat(fold(Wire.OPENAI_CHAT, "")).isFalse();
    assertThat(fold(Wire.OPENAI_CHAT, DONE)).isFalse();
    assertThat(fold(Wire.OPENAI_CHAT, whole)).isFalse();
    assertThat(fold(Wire.OPENAI_CHAT, whole + DONE + whole)).isFalse();
    assertThat(fold(Wire.OPENAI_CHAT, DONE + whole + DONE)).isFalse();
    assertThat(fold(Wire.OPENAI_CHAT, "data: hello\n\n" + whole + DONE)).isFalse();
    assertThat(fold(Wire.OPENAI_CHAT, "event: odd\n" + whole + DONE)).isFalse();
    assertThat(fold(Wire.OPENAI_CHAT, whole.replace("\"role\":\"assistant\",", "") + DONE))
        .isFalse();
    assertThat(fold(Wire.OPENAI_CHAT, whole.replace("\"odd2\"", "\"index\"") + DONE)).isFalse();
  }

  @Test
  void fold_notUtf8_isRefused() {
    var whole = chunk("{\"role\":\"assistant\",\"content\":\"ä\uFFFD\"}", "\"stop\"") + DONE;
    var broken = whole.getBytes(StandardCharsets.UTF_8);
    assertThat(foldBytes(broken)).isTrue();

    broken[whole.indexOf('ä')] = 'x';
    assertThat(foldBytes(broken)).isFalse();
  }

  private static boolean foldBytes(byte[] stream) {
    var frames = Recorded.frames(new ByteArrayInputStream(stream));
    return WireFormat.of(Wire.OPENAI_CHAT).fold(frames).isPresent();
  }

  @Test
  void fold_text_cannotBePlaced_isRefused() {
    var chunk =
        "data: {\"id\":\"c\",\"object\":\"text_completion\",\"choices\":[{\"text\":\"a\","
            + "\"index\":0,\"finish_reason\":\"stop\"}]}\n\n";

    assertThat(fold(Wire.OPENAI_COMPLETIONS, chunk + DONE)).isTrue();
    assertThat(fold(Wire.OPENAI_COMPLETIONS, chunk.replace("\"a\"", "7") + DONE)).isTrue();
    assertThat(fold(Wire.OPENAI_COMPLETIONS, chunk + chunk.replace("\"a\"", "7") + DONE)).isFalse();
    assertThat(fold(Wire.OPENAI_COMPLETIONS, chunk.replace("\"text\"", "\"t\"") + DONE)).isFalse();
    assertThat(fold(Wire.OPENAI_COMPLETIONS, chunk.replace("\"stop\"", "null") + DONE)).isFalse();
    assertThat(fold(Wire.OPENAI_COMPLETIONS, chunk)).isFalse();
  }

  /** What is wrong with the recorded stream, in the place of one part. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          "type":"text",          | "type":"compaction",
          "type":"text_delta",    | "type":"compaction_delta",
          "type":"text_delta",    | "type":"thinking_delta",
          "type":"text_delta",    | "type":"text_delta","more":1,
          "content_block_delta"   | "content_block_change"
          "index":0,"delta"       | "index":1,"delta"
          "index":0,"delta"       | "delta"
          "index":0,"content      | "index":1,"content
          "index":0,"content      | "index":0,"more":1,"content
          "content":[]            | "content":[{}]
          "content":[]            | "contents":[]
          "end_turn"              | null
          "stop_reason":"end_turn" | "content":[]
          "text":"Hello World"    | "text":7
          "usage":{"input_tokens":10,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":5} | "usage":7
          {"type": "ping"}        | ping
          {"type": "ping"}        | {"type":"message_start"}
          {"type": "ping"}        | {"type":"message_stop"}
          {"type": "ping"}        | {"type":"error","error":{}}
          {"type": "ping"}        | {"type":"content_block_stop","index":0}
          {"type": "ping"}        | {"type":"content_block_start","index":1,"content_block":{"type":"text"}}
          """)
  void fold_message_cannotBePlaced_isRefused(String part, String instead) {
    var stream = new String(Recorded.bytes("messages-stream.txt"), StandardCharsets.UTF_8);
    assertThat(stream).contains(part);

    assertThat(fold(Wire.ANTHROPIC_MESSAGES, stream)).isTrue();
    assertThat(fold(Wire.ANTHROPIC_MESSAGES, stream.replace(part, instead))).isFalse();
  }

  @Test
  void fold_messageWithoutOneOfItsEvents_isRefused() {
    var stream = new String(Recorded.bytes("messages-stream.txt"), StandardCharsets.UTF_8);
    var frames = Recorded.frames(stream);
    for (int i = 0; i < frames.size(); i++) {
      var fewer = new ArrayList<SseFrame>(frames);
      var type = fewer.remove(i).fields().event();
      // a ping says nothing, and a block may be empty
      boolean isComplete = type.equals("ping") || type.equals("content_block_delta");
      assertThat(WireFormat.of(Wire.ANTHROPIC_MESSAGES).fold(fewer).isPresent())
          .as(type)
          .isEqualTo(isComplete);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"a\":", "[1]", "7", "{\"a\":1,\"a\":2}"})
  void fold_inputOfAToolIsNoObject_isRefused(String input) {
    var frames = new ArrayList<SseFrame>();
    for (var frame :
        WireFormat.of(Wire.ANTHROPIC_MESSAGES)
            .render(Recorded.bytes("messages-tools.json"))
            .orElseThrow()) {
      var text = new String(frame.bytes(), StandardCharsets.UTF_8);
      frames.add(
          Forms.frame(
              text.replace("{\\\"location\\\":\\\"Paris\\\"}", input.replace("\"", "\\\""))));
    }
    assertThat(WireFormat.of(Wire.ANTHROPIC_MESSAGES).fold(frames)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          "type":"response.output_item.done"  | "type":"response.output_item.over"
          "output_index":0,"sequence_number":10  | "output_index":1,"sequence_number":10
          "text":"Hello, World!"}],"role":"assistant"},"output_index" | "text":"Hello!"}],"role":"assistant"},"output_index"
          "type":"response.completed"         | "type":"response.finished"
          "type":"response.completed"         | "type":"response.failed"
          "type":"response.in_progress"       | "type":"error"
          "type":"response.in_progress"       | "type":"response.completed"
          {"id":"resp_0b7e83747d2b84440069a31433ab1881998d8036ef3db1ef03","object":"response","created_at":1772295219,"status":"in_progress" | {"id":"resp_other","status":"in_progress"
          """)
  void fold_responseContradictsItsEvents_isRefused(String part, String instead) {
    var stream =
        new String(Recorded.bytes("responses-stream.txt"), StandardCharsets.UTF_8).strip() + "\n\n";
    assertThat(stream).contains(part);

    assertThat(fold(Wire.OPENAI_RESPONSES, stream)).isTrue();
    assertThat(fold(Wire.OPENAI_RESPONSES, stream + DONE)).isTrue();
    assertThat(fold(Wire.OPENAI_RESPONSES, stream.replace(part, instead))).isFalse();
  }

  /** Answers that would come back from their stream as something else. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          chat.json           | "object": "chat.completion"  | "object": "chat"
          chat.json           | "finish_reason": "stop"      | "finish_reason": null
          chat.json           | "role": "assistant",         | ''
          chat.json           | "index": 0                   | "index": null
          chat.json           | "message"                    | "messages"
          chat.json           | "annotations": []            | "audio": {"id": "a"}
          chat.json           | "content": "Hello, World!"   | "text": "Hello, World!"
          chat.json           | "usage": {                   | "usage": null, "used": {
          chat.json           | "service_tier": "default"    | "obfuscation": "x"
          chat-tools.json     | "id": "call_                 | "index": 0, "id": "call_
          responses.json      | "status": "completed",       | "status": "incomplete",
          responses.json      | "type": "message"            | "type": "web_search_call"
          responses.json      | "type": "output_text"        | "type": "output_image"
          responses.json      | "text": "Hello, World!"      | "texts": "Hello, World!"
          responses.json      | "id": "msg_                  | "ids": "msg_
          messages.json       | "type": "text"               | "type": "compaction"
          messages.json       | "stop_reason": "end_turn"    | "stop_reason": null
          """)
  void render_doesNotFoldBack_isRefused(String file, String part, String instead) {
    var answer = new String(Recorded.bytes(file), StandardCharsets.UTF_8);
    assertThat(answer).contains(part);

    var format = Recorded.format(file);
    assertThat(format.render(Recorded.utf8(answer))).isPresent();
    assertThat(format.render(Recorded.utf8(answer.replace(part, instead)))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "7", "[]", "{", "{}", "<html>", "{\"error\":{\"message\":\"a\"}}"})
  void render_noAnswer_isRefused(String text) {
    for (var wire : Wire.values()) {
      assertThat(WireFormat.of(wire).render(Recorded.utf8(text))).as("%s", wire).isEmpty();
      assertThat(WireFormat.of(wire).fold(List.of())).as("%s", wire).isEmpty();
    }
  }

  private static boolean fold(Wire wire, String stream) {
    return WireFormat.of(wire).fold(Recorded.frames(stream)).isPresent();
  }
}

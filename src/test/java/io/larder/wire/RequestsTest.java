package io.larder.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.larder.model.Wire;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What each format asks of its requests, and what of them names the answer. */
final class RequestsTest {

  @ParameterizedTest
  @EnumSource(Wire.class)
  void of_everyWire_isItsFormat(Wire wire) {
    assertThat(WireFormat.of(wire).wire()).isEqualTo(wire);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          OPENAI_CHAT            | {"model":"m"}                                              | messages
          OPENAI_COMPLETIONS     | {"model":"m"}                                              | prompt
          OPENAI_COMPLETIONS     | {"model":"m","prompt":null}                                | prompt
          OPENAI_COMPLETIONS     | {"model":"m","prompt":[]}                                  | prompt
          OPENAI_COMPLETIONS     | {"model":"m","prompt":"a","stream_options":1}              | stream_options
          OPENAI_RESPONSES       | {"model":"m"}                                              | input
          OPENAI_RESPONSES       | {"model":"m","input":[]}                                   | input
          OPENAI_RESPONSES       | {"model":"m","input":7,"prompt":{"id":"p"}}                | input
          OPENAI_RESPONSES       | {"model":"m","prompt":"p"}                                 | input
          OPENAI_RESPONSES       | {"input":"a"}                                              | model
          OPENAI_EMBEDDINGS      | {"model":"m"}                                              | input
          OPENAI_EMBEDDINGS      | {"model":"m","input":[]}                                   | input
          OPENAI_EMBEDDINGS      | {"model":"m","input":null}                                 | input
          OPENAI_EMBEDDINGS      | {"model":"m","input":5}                                    | input
          OPENAI_EMBEDDINGS      | {"model":"m","input":"a","stream":true}                    | stream
          ANTHROPIC_MESSAGES     | {"model":"m","max_tokens":1}                               | messages
          ANTHROPIC_MESSAGES     | {"model":"m","messages":[],"max_tokens":1}                 | messages
          ANTHROPIC_MESSAGES     | {"model":"m","messages":[{}]}                              | max_tokens
          ANTHROPIC_MESSAGES     | {"model":"m","messages":[{}],"max_tokens":"1"}             | max_tokens
          ANTHROPIC_MESSAGES     | {"model":"m","messages":[{}],"max_tokens":1,"stream":1}    | stream
          ANTHROPIC_COUNT_TOKENS | {"model":"m","messages":"a"}                               | messages
          ANTHROPIC_COUNT_TOKENS | {"model":"m","messages":[{}],"stream":true}                | stream
          """)
  void parse_wrong_namesTheMember(Wire wire, String body, String param) {
    assertThatThrownBy(() -> parse(wire, body))
        .isInstanceOfSatisfying(BadRequest.class, bad -> assertThat(bad.param()).hasValue(param))
        .hasMessageContaining(param);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          OPENAI_COMPLETIONS     | {"model":"m","prompt":"a"}
          OPENAI_COMPLETIONS     | {"model":"m","prompt":["a","b"]}
          OPENAI_COMPLETIONS     | {"model":"m","prompt":[[1,2],[3]]}
          OPENAI_RESPONSES       | {"model":"m","input":"a"}
          OPENAI_RESPONSES       | {"model":"m","input":[{"role":"user","content":"a"}]}
          OPENAI_RESPONSES       | {"model":"m","prompt":{"id":"p"}}
          OPENAI_RESPONSES       | {"model":"m","input":"a","store":false}
          OPENAI_RESPONSES       | {"model":"m","input":"a","tools":[{"type":"web_search"}]}
          OPENAI_EMBEDDINGS      | {"model":"m","input":"a"}
          OPENAI_EMBEDDINGS      | {"model":"m","input":["a"],"stream":false}
          OPENAI_EMBEDDINGS      | {"model":"m","input":[1,2]}
          OPENAI_EMBEDDINGS      | {"model":"m","input":[[1,2],[3]]}
          OPENAI_EMBEDDINGS      | {"model":"m","input":[{"image":"https://a.example/b.png"},"a"]}
          OPENAI_EMBEDDINGS      | {"model":"m","input":{"text":"a"}}
          ANTHROPIC_MESSAGES     | {"model":"m","messages":[{}],"max_tokens":1}
          ANTHROPIC_MESSAGES     | {"model":"m","messages":[{}],"max_tokens":1,"mcp_servers":[]}
          ANTHROPIC_COUNT_TOKENS | {"model":"m","messages":[{}]}
          """)
  void parse_right_isStateless(Wire wire, String body) {
    assertThat(parse(wire, body).isStateful()).isFalse();
    assertThat(parse(wire, body).model()).isEqualTo("m");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          OPENAI_COMPLETIONS     | {"model":"m","prompt":"a","store":true}
          OPENAI_RESPONSES       | {"model":"m","input":"a","store":true}
          OPENAI_RESPONSES       | {"model":"m","input":"a","previous_response_id":"r"}
          OPENAI_RESPONSES       | {"model":"m","input":"a","conversation":{"id":"c"}}
          OPENAI_RESPONSES       | {"model":"m","input":"a","background":true}
          OPENAI_RESPONSES       | {"model":"m","input":[{"type":"item_reference","id":"i"}]}
          OPENAI_RESPONSES       | {"model":"m","input":"a","tools":[{"type":"mcp"}]}
          OPENAI_RESPONSES       | {"model":"m","input":"a","tools":[{"container":"c"}]}
          OPENAI_RESPONSES       | {"model":"m","input":"a","tools":[{"type":"shell","environment":{"container_id":"c"}}]}
          OPENAI_RESPONSES       | {"model":"m","previous_response_id":"r"}
          OPENAI_RESPONSES       | {"model":"m","conversation":"c"}
          ANTHROPIC_MESSAGES     | {"model":"m","messages":[{}],"max_tokens":1,"container":"c"}
          ANTHROPIC_MESSAGES     | {"model":"m","messages":[{}],"max_tokens":1,"mcp_servers":[{}]}
          """)
  void isStateful_needsOrLeavesSomethingAtTheVendor_is(Wire wire, String body) {
    assertThat(parse(wire, body).isStateful()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          OPENAI_CHAT            | model,stream,stream_options,user,metadata,store,safety_identifier,prompt_cache_key,prompt_cache_retention
          OPENAI_COMPLETIONS     | model,stream,stream_options,user,metadata,store,safety_identifier,prompt_cache_key,prompt_cache_retention
          OPENAI_RESPONSES       | model,stream,stream_options
          OPENAI_EMBEDDINGS      | model,user
          ANTHROPIC_MESSAGES     | model,stream,metadata
          ANTHROPIC_COUNT_TOKENS | model,metadata
          """)
  void canonical_whatDoesNotChangeTheAnswer_isOmitted(Wire wire, String omitted) {
    var bare = parse(wire, body("")).canonical();
    for (var name : omitted.split(",", -1)) {
      var value =
          switch (name) {
            case "stream", "store" -> "false";
            case "stream_options", "metadata" -> "{\"a\":\"b\"}";
            default -> "\"x\"";
          };
      var added =
          name.equals("model") ? body("").replace("\"m\"", "\"x\"") : body(member(name, value));
      assertThat(parse(wire, added).canonical()).as(name).isEqualTo(bare);
    }
  }

  @ParameterizedTest
  @EnumSource(Wire.class)
  void canonical_unknownMember_staysIn(Wire wire) {
    for (var name : List.of("temperature", "unheard_of", "cache_control", "service_tier")) {
      assertThat(parse(wire, body(member(name, "1"))).canonical())
          .contains("\"" + name + "\":1")
          .isNotEqualTo(parse(wire, body(member(name, "2"))).canonical());
    }
  }

  /** Their answers repeat it, so that callers would read each other's. */
  @Test
  void canonical_whoAsksForAResponse_staysIn() {
    for (var name : List.of("user", "metadata", "safety_identifier", "store")) {
      assertThat(parse(Wire.OPENAI_RESPONSES, body(member(name, "false"))).canonical())
          .contains("\"" + name + "\"");
    }
  }

  @Test
  void wantsUsage_whereItAlwaysComes_isTrue() {
    assertThat(parse(Wire.OPENAI_COMPLETIONS, body("")).wantsUsage()).isFalse();
    for (var wire : List.of(Wire.OPENAI_RESPONSES, Wire.ANTHROPIC_MESSAGES)) {
      var request = parse(wire, body(",\"stream\":true"));
      assertThat(request.wantsUsage()).isTrue();
      assertThat(new String(request.forwarded("m", true), StandardCharsets.UTF_8))
          .doesNotContain("stream_options");
    }
  }

  /** A request that every format takes. */
  private static String body(String more) {
    return "{\"model\":\"m\",\"messages\":[{}],\"prompt\":\"a\",\"input\":\"a\",\"max_tokens\":1"
        + more
        + "}";
  }

  private static String member(String name, String value) {
    return ",\"" + name + "\":" + value;
  }

  private static WireRequest parse(Wire wire, String body) {
    return WireFormat.of(wire).parse(Recorded.utf8(body));
  }
}

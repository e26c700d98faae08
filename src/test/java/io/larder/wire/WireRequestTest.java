package io.larder.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is understood of a request, and what is changed before it goes out. */
final class WireRequestTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      textBlock =
          """
          {"messages":[1]}                                    | model          | model must be
          {"model":"","messages":[1]}                         | model          | model must be
          {"model":7,"messages":[1]}                          | model          | model must be
          {"model":"m"}                                       | messages       | messages must be
          {"model":"m","messages":[]}                         | messages       | messages must be
          {"model":"m","messages":"hi"}                       | messages       | messages must be
          {"model":"m","messages":[1],"stream":"yes"}         | stream         | stream must be
          {"model":"m","messages":[1],"stream_options":[]}    | stream_options | stream_options must be
          {"model":"m"                                        | -              | the request body ends
          """)
  void parse_wrong_namesThePart(String body, String param, String message) {
    assertThatThrownBy(() -> parse(body))
        .isInstanceOfSatisfying(
            BadRequest.class, bad -> assertThat(bad.param().orElse(null)).isEqualTo(param))
        .hasMessageContaining(message);
  }

  @Test
  void forwarded_nothingToChange_isTheSameBytes() {
    var body = bytes("{ \"model\" : \"m\", \"messages\":[1] , \"x\": 1.0}");

    assertThat(new OpenAiChat().parse(body).forwarded("m", true)).isSameAs(body);
  }

  @Test
  void forwarded_prefixAndStream_areTheOnlyChanges() {
    assertThat(
            forwarded("{ \"model\":\"p/m\", \"messages\":[ 1 ],\"stream\":true, \"x\":1.0 }", true))
        .isEqualTo(
            "{ \"model\":\"m\", \"messages\":[ 1 ],\"stream\":true, \"x\":1.0 ,"
                + "\"stream_options\":{\"include_usage\":true}}");
    assertThat(
            forwarded(
                "{\"model\":\"m\",\"messages\":[1],\"stream\":true,"
                    + "\"stream_options\":{ \"include_obfuscation\":false,\"include_usage\":false}}",
                true))
        .endsWith("\"stream_options\":{ \"include_obfuscation\":false,\"include_usage\":true}}");
    assertThat(forwarded("{\"model\":\"m\",\"messages\":[1],\"stream\":true}", false))
        .doesNotContain("stream_options");
  }

  @Test
  void isStateful_whatNeedsTheVendorsMemory_is() {
    for (var member :
        new String[] {
          "\"store\":true",
          "\"previous_response_id\":\"r\"",
          "\"conversation\":\"c\"",
          "\"background\":true"
        }) {
      assertThat(parse("{\"model\":\"m\",\"messages\":[1]," + member + "}").isStateful()).isTrue();
    }
    assertThat(parse("{\"model\":\"m\",\"messages\":[1],\"store\":false}").isStateful()).isFalse();
  }

  @Test
  void isDeterministic_coldOrSeeded_is() {
    assertThat(parse("{\"model\":\"m\",\"messages\":[1],\"temperature\":0.0}").isDeterministic())
        .isTrue();
    assertThat(parse("{\"model\":\"m\",\"messages\":[1],\"seed\":7}").isDeterministic()).isTrue();
    assertThat(parse("{\"model\":\"m\",\"messages\":[1],\"temperature\":1}").isDeterministic())
        .isFalse();
    assertThat(parse("{\"model\":\"m\",\"messages\":[1]}").isDeterministic()).isFalse();
  }

  private static String forwarded(String body, boolean usage) {
    return new String(parse(body).forwarded("m", usage), StandardCharsets.UTF_8);
  }

  private static WireRequest parse(String body) {
    return new OpenAiChat().parse(bytes(body));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}

package io.larder.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Edits change what they are told to and no other byte. */
final class JsonTextTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"model":"a/b","x":1}              | {"model":"NEW","x":1}
          { "x" : 1.0 , "model" : "ü\\n\\"" }  | { "x" : 1.0 , "model" : "NEW" }
          {"model":{"a":[1,2]} ,"z":null}    | {"model":"NEW" ,"z":null}
          {"model":12}                       | {"model":"NEW"}
          {"é":"ü","model":true}             | {"é":"ü","model":"NEW"}
          {"x":1}                            | {"x":1,"model":"NEW"}
          {}                                 | {"model":"NEW"}
          { "x": {"model": 1} }              | { "x": {"model": 1} ,"model":"NEW"}
          """)
  void with_aMember_replacesOrAddsIt(String text, String edited) {
    assertThat(text(read(text).with(Map.of("model", "\"NEW\"")))).isEqualTo(edited);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"usage":null,"x":1}        | {"x":1}
          {"x":1,"usage":null}        | {"x":1}
          {"x":1, "usage":null ,"y":2}| {"x":1 ,"y":2}
          {"usage":null}              | {}
          { "usage" : null , "x" : 1 }| { "x" : 1 }
          {"x":{"usage":null}}        | {"x":{"usage":null}}
          """)
  void range_ofAMember_isItAndItsComma(String text, String rest) {
    var range = read(text).range("usage");

    var cut = range.map(r -> text.substring(0, r.from()) + text.substring(r.to())).orElse(text);
    assertThat(cut).isEqualTo(rest);
    assertThat(read(cut).object().get("usage")).isEmpty();
  }

  @Test
  void raw_aMember_isItsBytes() {
    assertThat(read("{\"a\": {\"b\" : [1, 2]} ,\"c\":3}").raw("a").map(JsonTextTest::text))
        .hasValue("{\"b\" : [1, 2]}");
    assertThat(read("{\"a\":1}").raw("b")).isEmpty();
  }

  private static JsonText read(String text) {
    return JsonText.parse(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}

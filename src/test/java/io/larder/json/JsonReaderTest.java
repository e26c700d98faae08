package io.larder.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is refused, and that the message says what and where without quoting the text. */
final class JsonReaderTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"a":1                      | ends in the middle
          {"a":}                      | not valid JSON at byte 5
          {"a":1,}                    | not valid JSON
          {"a":01}                    | not valid JSON
          {"a":+1}                    | not valid JSON
          {"a":NaN}                   | not valid JSON
          {'a':1}                     | not valid JSON
          {"a":1} x                   | not valid JSON
          {"a":1}{}                   | text after the JSON object
          {"a":"secret","a":2}        | name "a" twice
          {"a":{"b":1,"b":1}}         | name "b" twice
          {"a":1e400}                 | number out of range
          {"a":[-1e999]}              | number out of range
          [1]                         | must be a JSON object
          "text"                      | must be a JSON object
          null                        | must be a JSON object
          {"a":"\\x"}                 | not valid JSON
          """)
  void object_malformed_saysWhat(String text, String message) {
    assertThatThrownBy(() -> JsonText.parse(bytes(text)))
        .isInstanceOf(JsonException.class)
        .hasMessageContaining(message)
        .hasMessageNotContaining("secret");
  }

  @Test
  void object_empty_isRefused() {
    assertThatThrownBy(() -> JsonText.parse(new byte[0])).hasMessage("must be a JSON object");
  }

  @Test
  void object_nameTwiceAmongMany_isRefused() {
    var text = new StringBuilder("{");
    for (int i = 0; i < 40; i++) {
      text.append("\"n").append(i).append("\":0,");
    }
    text.append("\"n33\":1}");

    assertThatThrownBy(() -> JsonText.parse(bytes(text.toString())))
        .hasMessageContaining("\"n33\" twice");
  }

  @ParameterizedTest
  @ValueSource(ints = {JsonReader.DEPTH_MAX, 1000, 100_000})
  void object_tooDeep_isRefused(int depth) {
    var text = "{\"a\":" + "[".repeat(depth) + "]".repeat(depth) + "}";

    assertThatThrownBy(() -> JsonText.parse(bytes(text)))
        .hasMessage("is nested deeper than 200 levels");
  }

  @Test
  void object_atTheDeepest_isRead() {
    int depth = JsonReader.DEPTH_MAX - 1;
    var text = "{\"a\":" + "[".repeat(depth) + "]".repeat(depth) + "}";

    assertThat(JsonText.parse(bytes(text)).object().get("a")).isPresent();
  }

  @Test
  void object_invalidUtf8_isRefused() {
    byte[][] bad = {
      {'{', '"', 'a', '"', ':', '"', (byte) 0xFF, '"', '}'},
      // overlong slash, and a surrogate encoded as if it were a character
      {'{', '"', 'a', '"', ':', '"', (byte) 0xC0, (byte) 0xAF, '"', '}'},
      {'{', '"', 'a', '"', ':', '"', (byte) 0xED, (byte) 0xA0, (byte) 0x80, '"', '}'},
    };
    for (var text : bad) {
      assertThatThrownBy(() -> JsonText.parse(text)).hasMessage("must be UTF-8");
    }
  }

  @Test
  void object_utf16_isRefused() {
    for (var charset :
        new java.nio.charset.Charset[] {StandardCharsets.UTF_16LE, StandardCharsets.UTF_16BE}) {
      var text = "{\"a\":1}".getBytes(charset);
      assertThatThrownBy(() -> JsonText.parse(text)).hasMessage("must be UTF-8");
    }
  }

  @Test
  void object_anyByteCutOff_isRefused() {
    var text = bytes("{\"a\":[1,{\"b\":\"x\\u00e9\\n\"},true,null],\"é\":-1.5e3}");
    JsonText.parse(text.clone());
    for (int length = 0; length < text.length; length++) {
      var cut = java.util.Arrays.copyOf(text, length);
      assertThatThrownBy(() -> JsonText.parse(cut)).isInstanceOf(JsonException.class);
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}

package io.larder.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The canonical form against the examples of RFC 8785. */
final class JsonWriterTest {

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          # RFC 8785, appendix B: IEEE 754 bits, text
          0000000000000000, 0
          8000000000000000, 0
          0000000000000001, 5e-324
          8000000000000001, -5e-324
          7fefffffffffffff, 1.7976931348623157e+308
          ffefffffffffffff, -1.7976931348623157e+308
          4340000000000000, 9007199254740992
          c340000000000000, -9007199254740992
          4430000000000000, 295147905179352830000
          44b52d02c7e14af5, 9.999999999999997e+22
          44b52d02c7e14af6, 1e+23
          44b52d02c7e14af7, 1.0000000000000001e+23
          444b1ae4d6e2ef4e, 999999999999999700000
          444b1ae4d6e2ef4f, 999999999999999900000
          444b1ae4d6e2ef50, 1e+21
          3eb0c6f7a0b5ed8c, 9.999999999999997e-7
          3eb0c6f7a0b5ed8d, 0.000001
          41b3de4355555553, 333333333.3333332
          41b3de4355555554, 333333333.33333325
          41b3de4355555555, 333333333.3333333
          41b3de4355555556, 333333333.3333334
          41b3de4355555557, 333333333.33333343
          becbf647612f3696, -0.0000033333333333333333
          43143ff3c1cb0959, 1424953923781206.2
          """)
  void ecmaScript_rfcSamples_areTheirText(String bits, String text) {
    double value = Double.longBitsToDouble(Long.parseUnsignedLong(bits, 16));

    assertThat(JsonWriter.ecmaScript(value)).isEqualTo(text);
  }

  @Test
  void ecmaScript_anyDouble_readsBackAsTheSame() {
    long seed = System.nanoTime();
    var random = new Random(seed);
    for (int i = 0; i < 100_000; i++) {
      double value = Double.longBitsToDouble(random.nextLong());
      if (Double.isFinite(value)) {
        assertThat(Double.parseDouble(JsonWriter.ecmaScript(value)))
            .as("seed %d", seed)
            .isEqualTo(value + 0.0);
      }
    }
  }

  @Test
  void canonical_rfcExample_isItsText() {
    var text =
        """
        {
          "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
          "string": "\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\"\\/",
          "literals": [null, true, false]
        }
        """;

    assertThat(canonical(text))
        .isEqualTo(
            "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],"
                + "\"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}");
  }

  @Test
  void canonical_names_areSortedByUtf16() {
    // RFC 8785, 3.2.3
    var text =
        "{\"\\u20ac\":\"Euro Sign\",\"\\r\":\"Carriage Return\",\"\\ufb33\":\"Hebrew Letter Dalet With"
            + " Dagesh\",\"1\":\"One\",\"\\ud83d\\ude00\":\"Emoji: Grinning Face\",\"\\u0080\":\"Control\","
            + "\"\\u00f6\":\"Latin Small Letter O With Diaeresis\"}";

    assertThat(canonical(text).replaceAll("\"[^\"]*\":\"([^\"]*)\"", "$1"))
        .isEqualTo(
            "{Carriage Return,One,Control,Latin Small Letter O With Diaeresis,Euro Sign,"
                + "Emoji: Grinning Face,Hebrew Letter Dalet With Dagesh}");
  }

  @Test
  void canonical_integersBeyondADouble_stayAsWritten() {
    assertThat(canonical("{\"a\":9007199254740993,\"b\":9007199254740992}"))
        .isEqualTo("{\"a\":9007199254740993,\"b\":9007199254740992}");
  }

  @Test
  void canonical_loneSurrogate_staysDistinct() {
    assertThat(canonical("{\"a\":\"\\ud83d\"}")).isEqualTo("{\"a\":\"\\ud83d\"}");
    assertThat(canonical("{\"a\":\"?\"}")).isEqualTo("{\"a\":\"?\"}");
  }

  @Test
  void canonical_omitted_areOnlyTheObjectsOwn() {
    var object = JsonText.parse(bytes("{\"user\":1,\"a\":{\"user\":2}}")).object();

    assertThat(JsonWriter.canonical(object, Set.of("user"))).isEqualTo("{\"a\":{\"user\":2}}");
  }

  @Test
  void compact_value_keepsOrderAndSpelling() {
    var object = JsonText.parse(bytes("{ \"b\" : 1.50, \"a\" : [ ] , \"c\":{} }")).object();

    assertThat(JsonWriter.compact(object)).isEqualTo("{\"b\":1.50,\"a\":[],\"c\":{}}");
  }

  private static String canonical(String text) {
    return JsonWriter.canonical(JsonText.parse(bytes(text)).object(), Set.of());
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}

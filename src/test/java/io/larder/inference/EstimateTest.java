package io.larder.inference;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.model.Usage;
import io.larder.model.Wire;
import io.larder.ratelimit.Policies;
import io.larder.ratelimit.Policy;
import io.larder.wire.WireFormat;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class EstimateTest {
  private static final String CHAT =
      "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]%s}";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''|1024",
        ",\"max_tokens\":7|7",
        ",\"max_completion_tokens\":8,\"max_tokens\":7|8",
        ",\"max_output_tokens\":9|9",
        ",\"max_tokens\":0|1024",
        ",\"max_tokens\":-1|1024",
        ",\"max_tokens\":\"many\"|1024",
        ",\"max_tokens\":1e18|1000000000000"
      })
  void of_chat_allowsWhatTheRequestDoes(String members, long output) {
    var body = String.format(CHAT, members);
    var estimate = of(Wire.OPENAI_CHAT, body);

    assertThat(estimate.output()).isEqualTo(output);
    assertThat(estimate.input()).isEqualTo((body.length() + 3) / 4);
  }

  /** Each wire's own form of an image of 300 KB, and what is none. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/png;base64,%s\"}}",
        "{\"type\":\"image\",\"source\":{\"type\":\"base64\",\"media_type\":\"image/png\",\"data\":\"%s\"}}",
        "{\"type\":\"input_audio\",\"input_audio\":{\"data\":\"%s==\",\"format\":\"wav\"}}",
      })
  void of_whatIsAttached_isNoText(String part) {
    var data = "iVBOR0_-".repeat(50_000);
    var body =
        "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":["
            + String.format(part, data)
            + "]}]}";
    assertThat(of(Wire.OPENAI_CHAT, body).input()).isBetween(1_600L, 1_600L + 60);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"Words of a long text. ", "data:text/plain,longer ", "一二三四", "no-space-but-a-dot."})
  void of_longText_countsWhole(String text) {
    var body = String.format("{\"model\":\"m\",\"input\":\"%s\"}", text.repeat(1_000));
    long bytes = body.getBytes(StandardCharsets.UTF_8).length;
    assertThat(of(Wire.OPENAI_EMBEDDINGS, body).input()).isEqualTo((bytes + 3) / 4);
  }

  @Test
  void of_aSmallImage_countsAsItIs() {
    var body = "{\"model\":\"m\",\"input\":\"data:image/png;base64," + "A".repeat(400) + "\"}";
    assertThat(of(Wire.OPENAI_EMBEDDINGS, body).input()).isEqualTo((body.length() + 3) / 4);
  }

  @Test
  void of_embeddings_hasNoOutput() {
    var body = "{\"model\":\"m\",\"input\":\"hi\"}";
    assertThat(of(Wire.OPENAI_EMBEDDINGS, body)).isEqualTo(new Estimate(7, 0));
  }

  @Test
  void of_aCountOfTokens_costsNone() {
    assertThat(of(Wire.ANTHROPIC_COUNT_TOKENS, String.format(CHAT, "")))
        .isEqualTo(new Estimate(0, 0));
  }

  @Test
  void charge_ofEachUnit_isWhatThatUnitCounts() {
    var estimate = new Estimate(10, 20);

    assertThat(estimate.charge(policy("tokens=100;w=1")).cost()).isEqualTo(30);
    assertThat(estimate.charge(policy("tokens=25;w=1")).cost()).isEqualTo(25);
    assertThat(estimate.charge(policy("input-tokens=100;w=1")).cost()).isEqualTo(10);
    assertThat(estimate.charge(policy("output-tokens=100;w=1")).cost()).isEqualTo(20);
    assertThat(estimate.charge(policy("requests=100;w=1")).cost()).isEqualTo(1);
    assertThat(estimate.charge(policy("concurrent=100")).cost()).isEqualTo(1);
  }

  @Test
  void used_inputLeftOut_isAsEstimated() {
    var estimate = new Estimate(10, 20);

    assertThat(estimate.used(policy("tokens=9;w=1"), new Usage(3, 4))).isEqualTo(7);
    assertThat(estimate.used(policy("tokens=9;w=1"), new Usage(0, 4))).isEqualTo(14);
    assertThat(estimate.used(policy("input-tokens=9;w=1"), new Usage(0, 4))).isEqualTo(10);
    assertThat(estimate.used(policy("output-tokens=9;w=1"), new Usage(3, 0))).isZero();
  }

  private static Policy policy(String text) {
    return Policies.parse("user", text).getFirst();
  }

  private static Estimate of(Wire wire, String body) {
    var bytes = body.getBytes(StandardCharsets.UTF_8);
    return Estimate.of(wire, WireFormat.of(wire).parse(bytes));
  }
}

package io.larder.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Batches of embeddings, taken apart and put together. */
final class EmbeddingsTest {
  private static final String ANSWER =
      "{\"object\":\"list\",\"data\":[{\"object\":\"embedding\",\"index\":1,\"embedding\":[0.10]},"
          + "{\"object\":\"embedding\",\"index\":0,\"embedding\":\"AAAA\"}],\"model\":\"m-1\","
          + "\"usage\":{\"prompt_tokens\":10,\"total_tokens\":10},\"more\":{\"a\":1}}";

  @Test
  void single_inAnyBatch_isNamedAlike() {
    var alone = parse("\"b\"").canonical();

    assertThat(batch("[\"a\",\"b\"]").single(1).canonical()).isEqualTo(alone);
    assertThat(batch("[\"b\"]").single(0).canonical()).isEqualTo(alone);
    assertThat(batch("\"b\"").single(0).canonical()).isEqualTo(alone);
    assertThat(batch("[[1,2],[3]]").single(0).canonical()).isEqualTo(parse("[1,2]").canonical());
    assertThat(batch("[1,2]").size()).isEqualTo(1);
    assertThat(batch("[\"a\",\"b\"]").single(0).canonical()).isNotEqualTo(alone);
  }

  @Test
  void some_ofABatch_asksForTheseAndKeepsTheRest() {
    var some = batch("[\"a\",\"b\",\"c\"]").some(List.of(0, 2));

    assertThat(new String(some.forwarded("m", false), StandardCharsets.UTF_8))
        .isEqualTo("{\"model\":\"m\",\"input\":[\"a\",\"c\"],\"dimensions\":8}");
  }

  @Test
  void split_answer_isOneForEachInputInTheirOrder() {
    var singles = batch("[\"aaa\",\"b\"]").split(Recorded.utf8(ANSWER)).orElseThrow();

    assertThat(singles.stream().map(one -> new String(one, StandardCharsets.UTF_8)))
        .containsExactly(
            "{\"object\":\"list\",\"data\":[{\"object\":\"embedding\",\"index\":0,"
                + "\"embedding\":\"AAAA\"}],\"model\":\"m-1\","
                + "\"usage\":{\"prompt_tokens\":7,\"total_tokens\":7},\"more\":{\"a\":1}}",
            "{\"object\":\"list\",\"data\":[{\"object\":\"embedding\",\"index\":0,"
                + "\"embedding\":[0.10]}],\"model\":\"m-1\","
                + "\"usage\":{\"prompt_tokens\":3,\"total_tokens\":3},\"more\":{\"a\":1}}");
  }

  @Test
  void join_ofWhatWasSplit_isTheAnswer() {
    var random = new Random(7);
    for (int round = 0; round < 200; round++) {
      int count = 1 + random.nextInt(40);
      var inputs = new ArrayList<String>();
      var data = new ArrayList<String>();
      for (int i = 0; i < count; i++) {
        inputs.add("\"" + "x".repeat(random.nextInt(30)) + "\"");
        data.add("{\"object\":\"embedding\",\"index\":" + i + ",\"embedding\":[" + i + "]}");
      }
      int tokens = random.nextInt(1000);
      var answer =
          "{\"object\":\"list\",\"data\":["
              + String.join(",", data)
              + "],\"model\":\"m\",\"usage\":{\"prompt_tokens\":"
              + tokens
              + ",\"total_tokens\":"
              + tokens
              + "}}";
      var singles = batch("[" + String.join(",", inputs) + "]").split(Recorded.utf8(answer));

      assertThat(singles.orElseThrow()).hasSize(count);
      var joined = OpenAiEmbeddings.Batch.join(singles.orElseThrow()).orElseThrow();
      assertThat(new String(joined, StandardCharsets.UTF_8)).isEqualTo(answer);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"data\":[{\"index\":0}]}",
        "{\"data\":[{\"index\":0},{\"index\":0}]}",
        "{\"data\":[{\"index\":0},{\"index\":2}]}",
        "{\"data\":[{\"index\":0},{\"embedding\":[]}]}",
        "{\"data\":[{\"index\":0},7]}",
        "{\"data\":[{\"index\":0},{\"index\":1},{\"index\":2}]}",
        "{\"data\":[{\"index\":0},{\"index\":1}],\"usage\":{\"prompt_tokens\":-1}}",
        "{\"data\":[{\"index\":0},{\"index\":1}],\"usage\":{\"prompt_tokens\":1.5}}",
        "{\"data\":[{\"index\":0},{\"index\":1}],\"usage\":{\"details\":{}}}",
        "<html>"
      })
  void split_notOneEmbeddingForEachInput_isRefused(String answer) {
    assertThat(batch("[\"a\",\"b\"]").split(Recorded.utf8(answer))).isEmpty();
  }

  @Test
  void split_noInputs_isRefused() {
    assertThat(Embeddings.split(Recorded.utf8("{\"data\":[]}"), List.of())).isEmpty();
  }

  @Test
  void isWorthSplitting_largeMembersBesideManyInputs_isNot() {
    assertThat(batch("[\"a\",\"b\"]").isWorthSplitting()).isTrue();
    assertThat(batch("[\"a\"]").isWorthSplitting()).isFalse();
    var many = "[" + "\"a\",".repeat(2_047) + "\"a\"]";
    assertThat(batch(many).isWorthSplitting()).isTrue();
    assertThat(batch(many + ",\"user\":\"" + "x".repeat(2_000) + "\"").isWorthSplitting())
        .isFalse();
  }

  /** Other vendors embed images, and take more at once. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "[{\"image\":\"https://a.example/b.png\"},{\"text\":\"a\"}]",
        "[\"a\",[1]]",
        "[1,\"a\"]",
        "[[]]",
        "{\"text\":\"a\"}"
      })
  void batch_inputsOfOtherKinds_areOneAndGoOnAsTheyCame(String input) {
    assertThat(batch(input).size()).isEqualTo(1);
    assertThat(batch(input).isWorthSplitting()).isFalse();
    assertThat(new String(parse(input).forwarded("m", false), StandardCharsets.UTF_8))
        .contains("\"input\":" + input);
  }

  @Test
  void batch_moreThanTheVendorTakes_isOne() {
    assertThat(batch("[" + "\"a\",".repeat(OpenAiEmbeddings.INPUTS_MAX) + "\"a\"]").size())
        .isEqualTo(1);
  }

  @Test
  void join_differentKinds_isRefused() {
    var one = "{\"data\":[{\"index\":0}],\"model\":\"m\",\"usage\":{\"prompt_tokens\":1}}";

    assertThat(join(one, one)).isPresent();
    assertThat(join()).isEmpty();
    assertThat(join(one, one.replace("{\"data\"", "{\"id\":\"e-2\",\"created\":9,\"data\"")))
        .as("vLLM names each answer")
        .isPresent();
    assertThat(join(one, one.replace("\"m\"", "\"n\""))).isEmpty();
    assertThat(join(one, one.replace("prompt_tokens", "tokens"))).isEmpty();
    assertThat(join(one, "{\"data\":[{\"index\":0}],\"model\":\"m\"}")).isEmpty();
    assertThat(join(one, "[]")).isEmpty();
  }

  private static Optional<Json.Obj> join(String... answers) {
    return OpenAiEmbeddings.Batch.join(Arrays.stream(answers).map(Recorded::utf8).toList())
        .map(Recorded::object);
  }

  private static OpenAiEmbeddings.Batch batch(String input) {
    return OpenAiEmbeddings.batch(parse(input));
  }

  private static WireRequest parse(String input) {
    return new OpenAiEmbeddings()
        .parse(Recorded.utf8("{\"model\":\"m\",\"input\":" + input + ",\"dimensions\":8}"));
  }
}

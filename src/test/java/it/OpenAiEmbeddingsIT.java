package it;

import static it.Shared.SCRIPTED;
import static org.assertj.core.api.Assertions.assertThat;

import com.openai.client.OpenAIClient;
import com.openai.models.embeddings.CreateEmbeddingResponse;
import com.openai.models.embeddings.Embedding;
import com.openai.models.embeddings.EmbeddingCreateParams;
import com.openai.models.embeddings.EmbeddingCreateParams.EncodingFormat;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Embeddings through the official OpenAI client: batches that the cache knows in part. */
final class OpenAiEmbeddingsIT {
  private static final OpenAIClient CLIENT = Clients.openAi(LarderProcess.KEY, 0);
  private static final String USAGE = "\"usage\":{\"prompt_tokens\":2,\"total_tokens\":2}}";

  @AfterAll
  static void close() {
    CLIENT.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"float", "base64"})
  void batch_knownInPart_isPutTogetherInOrder(String format) {
    var one = ask("larder; fwd=uri-miss; stored", format, "a");
    assertThat(ask("larder; hit", format, "a")).isEqualTo(one);

    var batch = ask("larder; fwd=partial; stored", format, "c", "a", "b");
    assertThat(batch.data().stream().map(Embedding::index)).containsExactly(0L, 1L, 2L);
    assertThat(vectors(batch).get(1)).isEqualTo(vectors(one).getFirst());
    assertThat(vectors(batch)).doesNotHaveDuplicates().allMatch(vector -> vector.size() == 16);

    var again = ask("larder; hit", format, "b", "c", "a");
    assertThat(vectors(again))
        .containsExactly(vectors(batch).get(2), vectors(batch).get(0), vectors(batch).get(1));
    assertThat(again.usage()).isEqualTo(batch.usage());
    assertThat(vectors(ask("larder; hit", format, "b"))).containsExactly(vectors(batch).get(2));
  }

  @Test
  void formats_ofOneText_areTheSameVector() {
    var question = EmbeddingCreateParams.builder().model("demo").input("in one form or the other");
    var unsaid = CLIENT.embeddings().create(question.build());
    var floats = CLIENT.embeddings().create(question.encodingFormat(EncodingFormat.FLOAT).build());
    var base64 = CLIENT.embeddings().create(question.encodingFormat(EncodingFormat.BASE64).build());

    assertThat(floats.data().getFirst().embeddingValue().isFloats()).isTrue();
    assertThat(base64.data().getFirst().embeddingValue().isBase64()).isTrue();
    assertThat(vectors(floats)).isEqualTo(vectors(base64)).isEqualTo(vectors(unsaid));
  }

  @Test
  void input_aloneAndInAListOfItsOwn_isTheSame() {
    var alone = EmbeddingCreateParams.builder().model("demo");
    var texts = CLIENT.embeddings().create(alone.input("lonely").build());
    var tokens = CLIENT.embeddings().create(alone.inputOfArrayOfTokens(List.of(7L, 8L)).build());

    try (var text =
            CLIENT
                .embeddings()
                .withRawResponse()
                .create(alone.inputOfArrayOfStrings(List.of("lonely")).build());
        var token =
            CLIENT
                .embeddings()
                .withRawResponse()
                .create(alone.inputOfArrayOfTokenArrays(List.of(List.of(7L, 8L))).build())) {
      assertThat(text.headers().values("X-Cache")).containsExactly("HIT");
      assertThat(text.parse()).isEqualTo(texts);
      assertThat(token.headers().values("X-Cache")).containsExactly("HIT");
      assertThat(token.parse()).isEqualTo(tokens);
    }
  }

  @Test
  void batch_knownInPart_asksTheProviderForTheRestAlone() {
    SCRIPTED.script(
        "s-embed",
        (request, answer) ->
            answer.whole(
                200,
                "application/json",
                request.body().contains("known")
                    ? "{\"object\":\"list\",\"model\":\"v\",\"data\":["
                        + item(0, "0.5")
                        + "],"
                        + USAGE
                    // as no vendor does, but none says that it does not
                    : "{\"object\":\"list\",\"model\":\"v\",\"data\":["
                        + item(1, "0.75")
                        + ","
                        + item(0, "0.25")
                        + "],"
                        + USAGE));
    var known = question("s-embed", "float", "known");
    CLIENT.embeddings().create(known);

    var answer = CLIENT.embeddings().create(question("s-embed", "float", "x", "known", "y"));

    assertThat(vectors(answer))
        .containsExactly(List.of(0.25f, -1f), List.of(0.5f, -1f), List.of(0.75f, -1f));
    assertThat(SCRIPTED.requests("s-embed")).hasSize(2);
    assertThat(SCRIPTED.requests("s-embed").getLast().body()).contains("\"input\":[\"x\",\"y\"]");
  }

  private static CreateEmbeddingResponse ask(String status, String format, String... names) {
    var texts = List.of(names).stream().map(name -> "text " + name).toArray(String[]::new);
    try (var answer =
        CLIENT.embeddings().withRawResponse().create(question("demo", format, texts))) {
      assertThat(answer.headers().values("Cache-Status").getFirst()).startsWith(status);
      return answer.parse().validate();
    }
  }

  private static EmbeddingCreateParams question(String model, String format, String... texts) {
    return EmbeddingCreateParams.builder()
        .model(model)
        .inputOfArrayOfStrings(List.of(texts))
        .encodingFormat(EncodingFormat.of(format))
        .build();
  }

  private static List<List<Float>> vectors(CreateEmbeddingResponse answer) {
    return answer.data().stream().map(Embedding::embedding).toList();
  }

  private static String item(int index, String number) {
    return "{\"object\":\"embedding\",\"index\":" + index + ",\"embedding\":[" + number + ",-1]}";
  }
}

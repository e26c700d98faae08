package io.larder.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.model.Wire;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Thousands of invented streams and answers: what is made of them is what the obvious way makes of
 * them. A failure names its seed; the same number invents the same again.
 */
final class FoldOracleTest {
  private static final int ROUNDS = 500;

  @ParameterizedTest
  @ValueSource(strings = {"chat-stream.txt", "messages-stream.txt"})
  void fold_recorded_isTheObvious(String file) {
    var stream = new String(Recorded.bytes(file), StandardCharsets.UTF_8);
    var expected = file.startsWith("chat") ? Obvious.chunks(stream) : Obvious.message(stream);

    assertThat(folded(Recorded.format(file), stream)).isEqualTo(expected);
  }

  @Test
  void fold_inventedChat_isTheObvious() {
    compareFolds(Wire.OPENAI_CHAT, Invented::chatStream, Obvious::chunks);
  }

  @Test
  void fold_inventedText_isTheObvious() {
    compareFolds(Wire.OPENAI_COMPLETIONS, Invented::textStream, Obvious::chunks);
  }

  @Test
  void fold_inventedMessage_isTheObvious() {
    compareFolds(Wire.ANTHROPIC_MESSAGES, Invented::messageStream, Obvious::message);
  }

  @Test
  void render_inventedChat_isTheStreamOfIt() {
    compareRenderings(Wire.OPENAI_CHAT, Invented::chat, Obvious::chunks);
  }

  @Test
  void render_inventedText_isTheStreamOfIt() {
    compareRenderings(Wire.OPENAI_COMPLETIONS, Invented::text, Obvious::chunks);
  }

  @Test
  void render_inventedMessage_isTheStreamOfIt() {
    compareRenderings(Wire.ANTHROPIC_MESSAGES, Invented::message, Obvious::message);
  }

  /** The last event repeats all of the answer; here what comes before is put together. */
  @Test
  void render_inventedResponse_isTheStreamOfIt() {
    compareRenderings(
        Wire.OPENAI_RESPONSES,
        Invented::response,
        stream -> {
          var data = Obvious.data(stream);
          var whole = Obvious.map(Obvious.object(data.getLast()).get("response"));
          whole.put("output", Obvious.items(stream));
          return whole;
        });
  }

  private static void compareFolds(
      Wire wire,
      Function<Invented, String> invention,
      Function<String, Map<String, @Nullable Object>> obvious) {
    long first = System.nanoTime();
    for (long seed = first; seed < first + ROUNDS; seed++) {
      var stream = invention.apply(new Invented(seed));
      assertThat(folded(WireFormat.of(wire), stream))
          .as("seed %d: %s", seed, stream)
          .isEqualTo(obvious.apply(stream));
    }
  }

  private static void compareRenderings(
      Wire wire,
      Function<Invented, String> invention,
      Function<String, Map<String, @Nullable Object>> obvious) {
    var format = WireFormat.of(wire);
    long first = System.nanoTime();
    for (long seed = first; seed < first + ROUNDS; seed++) {
      var answer = invention.apply(new Invented(seed));
      var frames = format.render(Recorded.utf8(answer));
      assertThat(frames).as("seed %d: %s", seed, answer).isPresent();
      assertThat(obvious.apply(Recorded.text(frames.get())))
          .as("seed %d: %s", seed, answer)
          .isEqualTo(Obvious.object(answer));
      assertThat(format.fold(frames.get()).map(Recorded::canonical))
          .as("seed %d: %s", seed, answer)
          .hasValue(Recorded.canonical(Recorded.utf8(answer)));
    }
  }

  private static Map<String, @Nullable Object> folded(WireFormat format, String stream) {
    var folded = format.fold(Recorded.frames(stream));
    return folded.isEmpty()
        ? Map.of()
        : Obvious.object(new String(folded.get(), StandardCharsets.UTF_8));
  }
}

package io.larder.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.larder.model.Wire;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever a provider sends and a client asks, each format answers and never throws. */
final class BrokenTest {
  private static final int ROUNDS = 60;

  /** Values that stand where others are expected. */
  private static final List<String> WRONG =
      List.of("null", "7", "-1.5", "\"\"", "[]", "{}", "[{}]", "[[]]", "{\"index\":0}", "1e400");

  @ParameterizedTest
  @EnumSource(Wire.class)
  void read_fold_render_brokenInput_neverThrow(Wire wire) {
    var format = WireFormat.of(wire);
    var files = new ArrayList<>(Recorded.STREAMS);
    files.addAll(Recorded.ANSWERS);
    long seed = System.nanoTime();
    var random = new Random(seed);
    int refused = 0;
    for (var file : files) {
      var recorded = Recorded.bytes(file);
      for (int round = 0; round < ROUNDS; round++) {
        var broken = broken(recorded, random);
        var frames = Recorded.frames(new ByteArrayInputStream(broken));
        assertThatCode(
                () -> {
                  frames.forEach(frame -> assertThat(format.read(frame)).isNotNull());
                  assertThat(format.read(broken)).isNotNull();
                })
            .as("seed %d, %s, round %d", seed, file, round)
            .doesNotThrowAnyException();
        refused += format.fold(frames).isEmpty() ? 1 : 0;
        refused += format.render(broken).isEmpty() ? 1 : 0;
        assertThatCode(() -> parse(format, broken))
            .as("seed %d, %s, round %d", seed, file, round)
            .doesNotThrowAnyException();
      }
    }
    // most of it belongs to other formats, or is broken where it matters
    assertThat(refused).isGreaterThan(ROUNDS * files.size());
  }

  private static void parse(WireFormat format, byte[] body) {
    try {
      assertThat(format.parse(body).canonical()).isNotEmpty();
    } catch (BadRequest named) {
      assertThat(named).hasMessageContaining(" ");
    }
  }

  /** The text with a value exchanged, or some bytes changed, cut out or repeated. */
  private static byte[] broken(byte[] text, Random random) {
    int at = random.nextInt(text.length);
    return switch (random.nextInt(4)) {
      case 0 -> spliced(text, at, at + random.nextInt(8), new byte[] {(byte) random.nextInt()});
      case 1 -> spliced(text, at, at + random.nextInt(200), new byte[0]);
      case 2 -> spliced(text, at, at, Arrays.copyOfRange(text, at, at + 50));
      default -> {
        int colon = at;
        while (colon < text.length && text[colon] != ':') {
          colon++;
        }
        int end = colon + 1;
        while (end < text.length && ",}]\n".indexOf(text[end]) < 0) {
          end++;
        }
        var wrong = Recorded.utf8(WRONG.get(random.nextInt(WRONG.size())));
        yield spliced(text, Math.min(colon + 1, text.length), end, wrong);
      }
    };
  }

  private static byte[] spliced(byte[] text, int from, int to, byte[] instead) {
    int rest = Math.min(to, text.length);
    var spliced = new ByteArrayOutputStream();
    spliced.write(text, 0, from);
    spliced.writeBytes(instead);
    spliced.write(text, rest, text.length - rest);
    return spliced.toByteArray();
  }
}

package io.larder.inference;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.live.Part;
import io.larder.model.Usage;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What is kept comes back, and what is damaged is no entry. */
final class EntryTest {
  private static final Entry.About STREAM =
      new Entry.About(
          200,
          true,
          true,
          -77,
          "openai",
          "text/event-stream",
          Duration.ofMillis(1234),
          new Usage(5, 7));
  private static final List<Part> PARTS =
      List.of(part(10, 3, 0, 0), part(300, 3, 7, 20), part(0, 900_000, 0, 0));

  private final byte[] stored = Entry.encode(STREAM, PARTS);

  private static Part part(int length, int millis, int cutFrom, int cutTo) {
    var bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return new Part(bytes, millis, cutFrom, cutTo);
  }

  @Test
  void decode_encoded_isTheSame() {
    var entry = Entry.decode(stored).orElseThrow();

    assertThat(entry.about()).isEqualTo(STREAM);
    assertThat(entry.length()).isEqualTo(310);
    assertThat(entry.parts().orElseThrow())
        .usingRecursiveFieldByFieldElementComparator()
        .isEqualTo(PARTS);
  }

  @Test
  void parts_ofJson_isTheBody() {
    var about =
        new Entry.About(
            200, false, false, 1, "p", "application/json", Duration.ofMillis(1), Usage.UNKNOWN);
    var entry = Entry.decode(Entry.encode(about, List.of(part(5, 9, 0, 0)))).orElseThrow();

    assertThat(entry.parts().orElseThrow()).hasSize(1);
    assertThat(entry.body()).isEqualTo(part(5, 9, 0, 0).bytes());
  }

  @Test
  void decode_otherFormat_isNone() {
    var older = stored.clone();
    older[0] = 1;

    assertThat(Entry.decode(older)).isEmpty();
  }

  @Test
  void parts_cutAnywhere_areNone() {
    for (int length = 0; length < stored.length; length++) {
      var cut = Entry.decode(Arrays.copyOf(stored, length)).flatMap(Entry::parts);
      assertThat(cut).as("first %d bytes", length).isEmpty();
    }
  }

  @Test
  void decode_anyBytes_neverThrows() {
    long seed = System.nanoTime();
    var random = new Random(seed);
    for (int i = 0; i < 20_000; i++) {
      var bytes = stored.clone();
      for (int n = random.nextInt(8); n >= 0; n--) {
        bytes[1 + random.nextInt(bytes.length - 1)] = (byte) random.nextInt();
      }
      assertThat(Entry.decode(bytes).flatMap(Entry::parts)).as("seed %d", seed).isNotNull();
    }
  }
}

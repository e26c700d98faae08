package io.larder.inference;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.model.Usage;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What is kept comes back, and what is damaged is no entry. */
final class EntryTest {
  private final byte[] stored =
      new Entry(
              200,
              true,
              "openai",
              "text/event-stream",
              Duration.ofMillis(1234),
              new Usage(5, 7),
              new byte[] {1, 2})
          .encode();

  @Test
  void decode_encoded_isTheSame() {
    var entry = Entry.decode(stored).orElseThrow();

    assertThat(entry.status()).isEqualTo(200);
    assertThat(entry.usageAsked()).isTrue();
    assertThat(entry.provider()).isEqualTo("openai");
    assertThat(entry.contentType()).isEqualTo("text/event-stream");
    assertThat(entry.providerTime()).isEqualTo(Duration.ofMillis(1234));
    assertThat(entry.usage()).isEqualTo(new Usage(5, 7));
    assertThat(entry.body()).containsExactly(1, 2);
  }

  @Test
  void decode_otherFormat_isNone() {
    var newer = stored.clone();
    newer[0] = 2;

    assertThat(Entry.decode(newer)).isEmpty();
  }

  @Test
  void decode_cutInTheHead_isNone() {
    for (int length = 0; length < stored.length - 2; length++) {
      assertThat(Entry.decode(Arrays.copyOf(stored, length))).isEmpty();
    }
  }

  @Test
  void decode_anyBytes_neverThrows() {
    long seed = System.nanoTime();
    var random = new Random(seed);
    for (int i = 0; i < 20_000; i++) {
      var bytes = new byte[random.nextInt(80)];
      random.nextBytes(bytes);
      if (bytes.length > 0) {
        bytes[0] = 1;
      }
      assertThat(Entry.decode(bytes)).as("seed %d", seed).isNotNull();
    }
  }
}

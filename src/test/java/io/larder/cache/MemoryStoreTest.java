package io.larder.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The store in memory: the contract, and its bound. */
final class MemoryStoreTest extends StoreContract {
  private static final int BYTES_MAX = 8 * 1024 * 1024;

  private Instant time = Instant.parse("2026-01-01T00:00:00Z");
  private final MemoryStore memory = new MemoryStore(BYTES_MAX, () -> time);

  @Override
  Store store() {
    return memory;
  }

  @Override
  Instant now() {
    return time;
  }

  @Override
  void pass(Duration span) {
    time = time.plus(span);
  }

  @Test
  void keep_moreThanFits_staysWithinTheBound() {
    for (int i = 0; i < 5_000; i++) {
      memory.keep(
          new Key("chat", "k" + i),
          new Kept(new byte[10_000], time, Retention.of(Duration.ofHours(1)), 1, List.of()),
          0);
    }

    assertThat(memory.bytes()).isBetween(BYTES_MAX * 9L / 10, (long) BYTES_MAX);
  }

  @Test
  void keep_alreadyExpired_isNotFound() {
    var key = new Key("chat", "late");
    var retention = Retention.of(Duration.ofSeconds(5));
    var late = new Kept(new byte[1], time.minusSeconds(10), retention, 1, List.of());

    assertThat(memory.keep(key, late, 0)).isFalse();
    assertThat(memory.value(key)).isEmpty();
  }
}

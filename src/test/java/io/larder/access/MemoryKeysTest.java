package io.larder.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The store of keys in memory: the contract, and its bound. */
final class MemoryKeysTest extends KeyStoreContract {
  private Instant now = Instant.parse("2026-05-01T00:00:00Z");
  private final MemoryKeys store = new MemoryKeys(() -> now);

  @Override
  KeyStore store() {
    return store;
  }

  @Override
  Instant now() {
    return now;
  }

  @Override
  void pass(Duration time) {
    now = now.plus(time);
  }

  @Test
  void keep_moreThanANodeHolds_isRefused() {
    for (int i = 0; i < MemoryKeys.KEYS_MAX; i++) {
      assertThat(store.keep(key("u" + i, "t", Optional.empty()))).isTrue();
    }
    assertThat(store.keep(key("one-more", "t", Optional.empty()))).isFalse();
  }
}

package io.larder.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/**
 * What every store must do. Memory runs it with a fake clock, Valkey with its own and short times.
 */
abstract class StoreContract {
  private static final Duration TTL = Duration.ofMillis(400);

  private final CacheKey key = new CacheKey("chat", UUID.randomUUID().toString());

  abstract Store store();

  abstract Instant now();

  /** Lets time go by for the store. */
  abstract void pass(Duration time) throws InterruptedException;

  @Test
  void find_nothingKept_isEmpty() {
    assertThat(store().find(key)).isEmpty();
  }

  @Test
  void find_kept_isTheSame() {
    var value = new byte[] {0, 1, -1, 127, -128, '\r', '\n', '$'};
    var storedAt = Instant.ofEpochMilli(now().toEpochMilli());
    store().keep(key, kept(value, storedAt, Duration.ofHours(1)));

    var found = store().find(key).orElseThrow();
    assertThat(found.value()).isEqualTo(value);
    assertThat(found.storedAt()).isEqualTo(storedAt);
    assertThat(found.ttl()).isEqualTo(Duration.ofHours(1));
  }

  @Test
  void find_emptyValue_isFound() {
    store().keep(key, kept(new byte[0], now(), Duration.ofHours(1)));

    assertThat(store().find(key).orElseThrow().value()).isEmpty();
  }

  @Test
  void find_largeValue_isFound() {
    var value = new byte[3 * 1024 * 1024];
    value[value.length - 1] = 7;
    store().keep(key, kept(value, now(), Duration.ofHours(1)));

    assertThat(store().find(key).orElseThrow().value()).isEqualTo(value);
  }

  @Test
  void keep_again_replaces() {
    store().keep(key, kept(new byte[] {1}, now(), Duration.ofHours(1)));
    store().keep(key, kept(new byte[] {2}, now(), Duration.ofHours(1)));

    assertThat(store().find(key).orElseThrow().value()).containsExactly(2);
  }

  @Test
  void find_afterItsTime_isEmpty() throws InterruptedException {
    store().keep(key, kept(new byte[] {1}, now(), TTL));
    assertThat(store().find(key)).isPresent();
    pass(TTL);

    assertThat(store().find(key)).isEmpty();
  }

  @Test
  void remove_kept_isFoundNoMore() {
    store().keep(key, kept(new byte[] {1}, now(), Duration.ofHours(1)));
    store().remove(key);
    store().remove(key);

    assertThat(store().find(key)).isEmpty();
  }

  private static Kept kept(byte[] value, Instant storedAt, Duration ttl) {
    return new Kept(value, storedAt, ttl, storedAt);
  }
}

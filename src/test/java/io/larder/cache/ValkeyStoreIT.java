package io.larder.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.telemetry.Discarded;
import io.larder.valkey.TestValkey;
import io.larder.valkey.Valkey;
import it.ValkeyProcess;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The store in Valkey: the contract, and what stands in Valkey. */
final class ValkeyStoreIT extends StoreContract {
  private static ValkeyProcess server;
  private static Valkey valkey;

  @BeforeAll
  static void start() {
    server = ValkeyProcess.start();
    valkey = TestValkey.at(server.uri());
  }

  @AfterAll
  static void stop() {
    valkey.close();
    server.close();
  }

  @Override
  Store store() {
    return new ValkeyStore(
        valkey, new Envelope(64, Optional.empty()), InstantSource.system(), Discarded.telemetry());
  }

  @Override
  Instant now() {
    return Instant.now();
  }

  @Override
  void pass(Duration time) throws InterruptedException {
    // the server's clock is not ours to set
    Thread.sleep(time.plusMillis(50));
  }

  @Test
  void keep_key_isAsDocumentedAndExpires() {
    var retention = Retention.of(Duration.ofMinutes(1));
    store()
        .keep(new Key("chat", "abc"), new Kept(new byte[] {1}, now(), retention, 1, List.of()), 0);

    assertThat(server.command("KEYS", "*abc*")).contains("larder:1:answer:{abc}\r\n");
    var ttl = server.command("PTTL", "larder:1:answer:{abc}").strip();
    assertThat(Long.parseLong(ttl.substring(1))).isBetween(50_000L, 60_000L);
  }

  @Test
  void find_foreignOrDamagedValue_isEmpty() {
    var key = new Key("chat", "damaged");
    for (var value : new String[] {"", "x", "\u0001short", "\u0002" + "y".repeat(40)}) {
      server.command("SET", "larder:1:answer:{damaged}", value);
      assertThat(store().find(key)).isInstanceOf(Store.At.Nothing.class);
    }
    var retention = Retention.of(Duration.ofMinutes(1));
    var fresh = new Kept(new byte[] {1}, now(), retention, 1, List.of());
    // of another version by now, such as a tombstone: it stays
    assertThat(store().keep(key, fresh, 7)).isFalse();
    long version = ((Store.At.Nothing) store().find(key)).version();
    assertThat(store().keep(key, fresh, version)).isTrue();
    assertThat(store().value(key)).isPresent();
  }
}

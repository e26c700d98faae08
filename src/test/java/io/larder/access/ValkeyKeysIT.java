package io.larder.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.valkey.TestValkey;
import io.larder.valkey.Valkey;
import it.ValkeyProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The store of keys in Valkey: the contract, and what stands in Valkey. */
final class ValkeyKeysIT extends KeyStoreContract {
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
  KeyStore store() {
    return new ValkeyKeys(valkey, InstantSource.system());
  }

  @Override
  Instant now() {
    return Instant.now();
  }

  @Override
  void pass(Duration time) throws InterruptedException {
    // the server's clock is not ours to set
    Thread.sleep(time.toMillis());
  }

  @Test
  void keep_keys_areAsDocumentedAndExpire() {
    var key = key("u-ttl", "t", Optional.of(now().plusSeconds(60)));
    store().keep(key);
    store().used(key.id(), now());

    assertThat(life("larder:1:apikey:" + key.hash())).isBetween(50_000L, 60_000L);
    assertThat(life("larder:1:apikey-id:" + key.id())).isBetween(50_000L, 60_000L);
    assertThat(life("larder:1:apikeys:t/u-ttl")).isBetween(50_000L, 60_000L);
    assertThat(life("larder:1:apikey-used:" + key.id())).isPositive();

    store().keep(key("u-ttl", "t", Optional.empty()));
    assertThat(life("larder:1:apikeys:t/u-ttl"))
        .as("as long as the longest")
        .isGreaterThan(Duration.ofDays(3000).toMillis());
  }

  @Test
  void remove_lastOfAnOwner_leavesNothing() {
    var key = key("u-gone", "t", Optional.empty());
    store().keep(key);
    store().used(key.id(), now());
    store().remove(key);

    assertThat(server.command("KEYS", "*" + key.id() + "*")).startsWith("*0");
    assertThat(server.command("KEYS", "*" + key.hash() + "*")).startsWith("*0");
    assertThat(server.command("EXISTS", "larder:1:apikeys:t/u-gone")).startsWith(":0");
  }

  @Test
  void find_ofAnotherFormatOrDamaged_isNothing() {
    var key = key("u-odd", "t", Optional.empty());
    for (var odd : new String[] {"", "{", "{}", "{\"format\":2}", "{\"format\":1,\"id\":7}", "1"}) {
      server.command("SET", "larder:1:apikey:" + key.hash(), odd);
      assertThat(store().find(key.hash())).as(odd).isEmpty();
    }
  }

  @Test
  void keys_withTheDocumentedRightsOnly_work() throws IOException {
    var guide = Files.readString(Path.of("docs/guide/valkey.md"));
    var user = Pattern.compile("^user (larder-state .*)$", Pattern.MULTILINE).matcher(guide);
    assertThat(user.find()).isTrue();
    var words = new ArrayList<>(List.of("ACL", "SETUSER"));
    words.addAll(List.of(user.group(1).split(" ", -1)));
    assertThat(server.command(words.toArray(String[]::new))).startsWith("+OK");
    var uri = server.uri().replace("://", "://larder-state:change-me@");
    try (var least = TestValkey.at(uri)) {
      var store = new ValkeyKeys(least, InstantSource.system());
      var key = key("u-least", "t", Optional.empty());
      assertThat(store.keep(key)).isTrue();
      assertThat(store.replace(key.until(now().plusSeconds(60)))).isTrue();
      store.used(key.id(), now());
      assertThat(store.of(key.subject())).hasSize(1);
      assertThat(store.some("", 1_000).keys()).isNotEmpty();
      store.remove(key);
      assertThat(store.of(key.subject())).isEmpty();
    }
  }

  private static long life(String key) {
    return Long.parseLong(server.command("PTTL", key).strip().substring(1));
  }
}

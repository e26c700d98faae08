package io.larder.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.valkey.TestValkey;
import io.larder.valkey.Valkey;
import it.ValkeyProcess;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The store of sessions in Valkey: the contract, and what stands in Valkey. */
final class ValkeySessionsIT extends SessionStoreContract {
  private static final String KEY = "larder:1:browser:{t/ttl}";

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
  SessionStore store() {
    return new ValkeySessions(valkey);
  }

  @Test
  void list_expiresAsDocumented_andDamagedOrNewerFieldsAreNobodys() {
    var now = Instant.now();
    var session = new BrowserSession("0".repeat(32), now, now, "::1", "");
    var span = new BrowserSession.Span(Duration.ofMinutes(1), Duration.ofMinutes(5));
    store().keep("t/ttl", session, span);
    var life = Long.parseLong(server.command("PTTL", KEY).substring(1).strip());
    assertThat(life).isBetween(415_000L, 420_000L);

    for (var value : new String[] {"", "x", "2 1 1 {}", "1 1 1 {}", "1 9 9 {\"address\":1}"}) {
      server.command("HSET", KEY, "1".repeat(32), value);
      assertThat(store().find("t/ttl", "1".repeat(32))).as(value).isEmpty();
      assertThat(store().of("t/ttl")).hasSize(1);
      store().used("t/ttl", "1".repeat(32), now);
    }
    store().keep("t/ttl", session, span);
    assertThat(server.command("HLEN", KEY)).startsWith(":1");
  }
}

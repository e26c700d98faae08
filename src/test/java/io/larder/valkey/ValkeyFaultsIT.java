package io.larder.valkey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.larder.guard.Breaker;
import it.Await;
import it.FaultProxy;
import it.ValkeyProcess;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The client through a network that is slow, cut, or broken in the middle of a reply: waits are
 * bounded, and a reply is never taken for another request's.
 */
final class ValkeyFaultsIT {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  /** What one call may take, with some slack for a busy machine. */
  private static final Duration CALL_MAX = Duration.ofMillis(400);

  private final ValkeyProcess server = ValkeyProcess.start();
  private final FaultProxy network = FaultProxy.inFrontOf(server.port());
  private final Valkey valkey = TestValkey.at(network.uri());

  @BeforeEach
  void fill() {
    for (int i = 0; i < 50; i++) {
      valkey.set("k" + i, bytes("value " + i), MINUTE);
    }
  }

  @AfterEach
  void stop() {
    valkey.close();
    network.close();
    server.close();
  }

  @Test
  void get_latencyOfASecond_failsInTimeThenAtOnceAndRecovers() {
    network.latency(Duration.ofSeconds(1));
    for (int i = 0; i < 3; i++) {
      assertFailsIn(CALL_MAX);
    }
    assertFailsIn(Duration.ofMillis(60));
    assertThat(valkey.state()).isNotEqualTo(Breaker.State.CLOSED);
    network.heal();
    recovers();
  }

  @Test
  void get_halfOpenConnection_failsInTimeAndRecovers() {
    network.blackhole();
    for (int i = 0; i < 3; i++) {
      assertFailsIn(CALL_MAX);
    }
    assertFailsIn(Duration.ofMillis(60));
    network.heal();
    recovers();
  }

  @Test
  void get_connectionsReset_isAnsweredByTheSecondTry() {
    network.reset();

    assertThat(value(7)).isEqualTo("value 7");
    assertThat(valkey.state()).isEqualTo(Breaker.State.CLOSED);
  }

  @Test
  void get_resetInTheMiddleOfAReply_isNeverTakenForAnother() {
    var random = new Random(1);
    valkey.set("large", new byte[200_000], MINUTE);
    for (int i = 0; i < 60; i++) {
      network.resetAfterBytes(random.nextInt(300));
      for (int k = 0; k < 5; k++) {
        int key = random.nextInt(50);
        try {
          assertThat(value(key)).isEqualTo("value " + key);
          assertThat(valkey.get("large").orElseThrow()).hasSize(200_000);
        } catch (ValkeyUnavailable cut) {
          assertThat(cut).hasMessageContaining("valkey-cache");
        }
      }
    }
    network.heal();
    recovers();
  }

  @Test
  void get_repliesInPieces_areWhole() {
    network.slice(3);

    for (int i = 0; i < 50; i++) {
      assertThat(value(i)).isEqualTo("value " + i);
    }
  }

  @Test
  void get_connectionsRefused_failsAtOnceAndRecovers() {
    network.refuse();
    network.reset();
    for (int i = 0; i < 5; i++) {
      assertFailsIn(CALL_MAX);
    }
    network.heal();
    recovers();
  }

  @Test
  void get_serverPaused_failsInTimeAndRecovers() {
    server.command("CLIENT", "PAUSE", "1500");
    for (int i = 0; i < 3; i++) {
      assertFailsIn(CALL_MAX);
    }
    recovers();
  }

  @Test
  void set_serverBecomesAReplica_failsAndRecovers() {
    server.command("REPLICAOF", "127.0.0.1", "1");
    for (int i = 0; i < 4; i++) {
      assertThatThrownBy(() -> valkey.set("k", bytes("x"), MINUTE))
          .isInstanceOf(ValkeyUnavailable.class);
    }
    assertThat(valkey.state()).isNotEqualTo(Breaker.State.CLOSED);
    server.command("REPLICAOF", "NO", "ONE");
    Await.until("closed", () -> valkey.state() == Breaker.State.CLOSED);
    valkey.set("k", bytes("x"), MINUTE);
  }

  @Test
  void run_serverForgotTheScript_isSentAgain() {
    var script = Script.of(ValkeyFaultsIT.class, "echo.lua");
    assertThat(valkey.run(script, List.of("k"), List.of(bytes("a")))).isEqualTo(bytes("a"));
    server.command("SCRIPT", "FLUSH");

    assertThat(valkey.run(script, List.of("k"), List.of(bytes("b")))).isEqualTo(bytes("b"));
  }

  @Test
  void run_scriptFails_isTheCallersAffairAndOpensNoBreaker() {
    var script = Script.of(ValkeyFaultsIT.class, "fails.lua");
    for (int i = 0; i < 5; i++) {
      assertThatThrownBy(() -> valkey.run(script, List.of("k"), List.of()))
          .isInstanceOf(ValkeyUnavailable.class)
          .hasMessageContaining("refused");
    }
    assertThat(valkey.state()).isEqualTo(Breaker.State.CLOSED);
  }

  @Test
  void scan_everyKey_isFoundPageByPage() {
    var cursor = "";
    var found = new TreeSet<String>();
    int pages = 0;
    do {
      var page = valkey.scan("k*", cursor, 10);
      found.addAll(page.keys());
      cursor = page.next();
      pages++;
    } while (!cursor.isEmpty());

    assertThat(found).hasSize(50);
    assertThat(pages).isGreaterThan(1);
  }

  private String value(int i) {
    return new String(valkey.get("k" + i).orElseThrow(), StandardCharsets.UTF_8);
  }

  private void assertFailsIn(Duration max) {
    long start = System.nanoTime();
    assertThatThrownBy(() -> valkey.get("k1")).isInstanceOf(ValkeyUnavailable.class);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(max);
  }

  private void recovers() {
    Await.until("closed", () -> valkey.state() == Breaker.State.CLOSED);
    for (int i = 0; i < 50; i++) {
      assertThat(value(i)).isEqualTo("value " + i);
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}

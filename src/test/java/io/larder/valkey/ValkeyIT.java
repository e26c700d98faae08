package io.larder.valkey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.larder.guard.Breaker;
import it.ValkeyProcess;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The client against a server that is killed, hangs, refuses and comes back. */
final class ValkeyIT {
  /** What one call may take, with some slack for a busy machine. */
  private static final Duration CALL_MAX = Duration.ofMillis(400);

  private final ValkeyProcess server = ValkeyProcess.start();
  private final Valkey valkey = TestValkey.at(server.uri());

  @AfterEach
  void stop() {
    valkey.close();
    server.close();
  }

  @Test
  void get_serverRestarted_isAnsweredByTheSecondTry() {
    valkey.set("k", new byte[] {1}, Duration.ofMinutes(1));
    server.kill();
    server.restart();

    // the pool holds a dead connection; the call finds out and tries another
    assertThat(valkey.get("k")).isEmpty();
    assertThat(valkey.state()).isEqualTo(Breaker.State.CLOSED);
  }

  @Test
  void get_serverKilled_failsAtOnceAndOpensTheBreaker() {
    valkey.set("k", new byte[] {1}, Duration.ofMinutes(1));
    server.kill();

    for (int i = 0; i < 5; i++) {
      assertFailsInTime(() -> valkey.get("k"), CALL_MAX);
    }
    assertThat(valkey.state()).isNotEqualTo(Breaker.State.CLOSED);
    server.restart();
    awaitClosed();
    assertThat(valkey.get("k")).isEmpty();
  }

  @Test
  void get_serverFrozen_failsInTimeThenAtOnceAndNeverMixesReplies() {
    for (int i = 0; i < 50; i++) {
      valkey.set("k" + i, new byte[] {(byte) i}, Duration.ofMinutes(1));
    }
    server.freeze();
    for (int i = 0; i < 3; i++) {
      assertFailsInTime(() -> valkey.get("k1"), CALL_MAX);
    }
    assertFailsInTime(() -> valkey.get("k1"), Duration.ofMillis(60));
    server.thaw();
    awaitClosed();

    for (int i = 0; i < 50; i++) {
      assertThat(valkey.get("k" + i)).hasValue(new byte[] {(byte) i});
    }
  }

  @Test
  void set_largeValueToAFrozenServer_failsInTime() {
    valkey.set("warm", new byte[] {1}, Duration.ofMinutes(1));
    server.freeze();

    assertFailsInTime(
        () -> valkey.set("large", new byte[32 * 1024 * 1024], Duration.ofMinutes(1)), CALL_MAX);
  }

  @Test
  void set_serverFull_failsWithoutOpeningTheBreaker() {
    valkey.set("k", new byte[] {1}, Duration.ofMinutes(1));
    server.command("CONFIG", "SET", "maxmemory-policy", "noeviction");
    server.command("CONFIG", "SET", "maxmemory", "100kb");

    for (int i = 0; i < 10; i++) {
      assertThatThrownBy(() -> valkey.set("x", new byte[100], Duration.ofMinutes(1)))
          .isInstanceOf(ValkeyUnavailable.class)
          .hasMessageContaining("OOM");
    }
    assertThat(valkey.get("k")).hasValue(new byte[] {1});
    assertThat(valkey.state()).isEqualTo(Breaker.State.CLOSED);
  }

  @Test
  void occupancy_evictingServer_isWhatItSays() {
    assertThat(valkey.occupancy().memoryBytesMax()).isZero();
    server.command("CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
    server.command("CONFIG", "SET", "maxmemory", "4mb");
    for (int i = 0; i < 100; i++) {
      valkey.set("k" + i, new byte[100_000], Duration.ofMinutes(1));
    }

    var said = valkey.occupancy();
    assertThat(said.memoryBytesMax()).isEqualTo(4 * 1024 * 1024);
    assertThat(said.memoryBytes()).isBetween(1_000_000L, 5_000_000L);
    assertThat(said.evictedKeys()).isPositive();
    assertThat(said.keys() + said.evictedKeys()).isEqualTo(100);
  }

  @Test
  void occupancy_frozenServer_failsInTime() {
    assertThat(valkey.occupancy().keys()).isZero();
    server.freeze();

    assertFailsInTime(valkey::occupancy, CALL_MAX);
  }

  @Test
  void get_wrongPassword_isUnavailable() {
    server.command("CONFIG", "SET", "requirepass", "s3cret");
    try (var locked = TestValkey.at(server.uri().replace("://", "://:wrong@"))) {
      assertThatThrownBy(() -> locked.get("k")).isInstanceOf(ValkeyUnavailable.class);
    }
    try (var open = TestValkey.at(server.uri().replace("://", "://:s3cret@"))) {
      assertThat(open.get("k")).isEmpty();
    }
  }

  private static void assertFailsInTime(Runnable call, Duration max) {
    long start = System.nanoTime();
    assertThatThrownBy(call::run).isInstanceOf(ValkeyUnavailable.class);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(max);
  }

  private void awaitClosed() {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (valkey.state() != Breaker.State.CLOSED && System.nanoTime() < end) {
      Thread.onSpinWait();
    }
    assertThat(valkey.state()).isEqualTo(Breaker.State.CLOSED);
  }
}

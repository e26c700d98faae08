package io.larder.valkey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.larder.guard.Breaker;
import it.Await;
import it.FaultProxy;
import it.ValkeyProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
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
  void set_whenFull_isRefused_readingGoesOn_untilThereIsRoom() {
    server.command("CONFIG", "SET", "maxmemory-policy", "noeviction");
    server.command("CONFIG", "SET", "maxmemory", "1");

    assertThatThrownBy(() -> valkey.set("new", bytes("value"), MINUTE))
        .isInstanceOf(ValkeyUnavailable.class)
        .hasMessageContaining("OOM");
    assertThat(valkey.condition()).isEqualTo("FULL");
    assertThat(valkey.state()).isEqualTo(Breaker.State.CLOSED);
    assertThat(valkey.get("k1").orElseThrow()).isEqualTo(bytes("value 1"));

    server.command("CONFIG", "SET", "maxmemory", "0");
    Await.until("there is room", () -> valkey.condition().equals("OK"));
    valkey.set("new", bytes("value"), MINUTE);
    assertThat(valkey.get("new").orElseThrow()).isEqualTo(bytes("value"));
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

  @Test
  void get_replyInDrops_isCutOffInTime() throws IOException {
    try (var server = new Liar("$1000000\r\n", "x");
        var slow = TestValkey.at(server.uri())) {
      long start = System.nanoTime();
      assertThatThrownBy(() -> slow.get("k")).isInstanceOf(ValkeyUnavailable.class);
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(CALL_MAX.multipliedBy(2));
    }
  }

  @Test
  void get_garbage_isUnavailableAndTheProbeGoesOn() throws IOException {
    for (var garbage : List.of(":5\r\n", "*-7\r\n", "*1\r\n:1\r\n", "garbage\r\n")) {
      try (var server = new Liar(garbage, "");
          var lied = TestValkey.at(server.uri())) {
        for (int i = 0; i < 4; i++) {
          assertThatThrownBy(() -> lied.get("k")).as(garbage).isInstanceOf(ValkeyUnavailable.class);
        }
        assertThat(lied.state()).isNotEqualTo(Breaker.State.CLOSED);
        server.reply = "+OK\r\n";
        Await.until(
            "closed after " + garbage.strip(),
            Duration.ofSeconds(8),
            () -> lied.state() == Breaker.State.CLOSED);
      }
    }
  }

  /** A server that says the same to everything, and then lets something drip. */
  private static final class Liar implements AutoCloseable {
    private static final String HELLO =
        "*6\r\n$6\r\nserver\r\n$6\r\nvalkey\r\n$7\r\nversion\r\n$5\r\n8.1.0\r\n$5\r\nproto\r\n:2\r\n";

    private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final String drop;
    private volatile String reply;

    Liar(String reply, String drop) throws IOException {
      this.reply = reply;
      this.drop = drop;
      Thread.ofVirtual().start(this::accept);
    }

    String uri() {
      return "valkey://127.0.0.1:" + listener.getLocalPort();
    }

    private void accept() {
      try {
        while (true) {
          var socket = listener.accept();
          Thread.ofVirtual().start(() -> talk(socket));
        }
      } catch (IOException closed) {
        // the test is over
        return;
      }
    }

    private void talk(Socket socket) {
      try (socket) {
        var buffer = new byte[4096];
        int length = socket.getInputStream().read(buffer);
        while (length > 0) {
          var said = new String(buffer, 0, length, StandardCharsets.ISO_8859_1);
          // how a connection begins is none of the test's affair
          if (said.contains("HELLO")) {
            socket.getOutputStream().write(bytes(HELLO));
          }
          if (said.contains("SETNAME")) {
            socket.getOutputStream().write(bytes("+OK\r\n"));
          }
          if (said.contains("GET") || said.contains("SET\r\n")) {
            lie(socket);
          }
          length = socket.getInputStream().read(buffer);
        }
      } catch (IOException gone) {
        // the client has cut it off, as it should
        return;
      } catch (InterruptedException stopped) {
        Thread.currentThread().interrupt();
      }
    }

    private void lie(Socket socket) throws IOException, InterruptedException {
      socket.getOutputStream().write(bytes(reply));
      for (int i = 0; !drop.isEmpty() && i < 100; i++) {
        socket.getOutputStream().write(bytes(drop));
        TimeUnit.MILLISECONDS.sleep(50);
      }
    }

    @Override
    public void close() throws IOException {
      listener.close();
    }
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

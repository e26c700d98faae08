package it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;

/** The fixtures do what other tests take for granted. */
final class FixturesIT {
  private static final int REPLY_MILLIS_MAX = 5_000;
  private static final int SILENCE_MILLIS = 300;

  @Test
  void sentinel_primaryKilled_anotherAnswersWithWhatWasWritten() {
    try (var sentinel = ValkeySentinel.start()) {
      assertThat(sentinel.uri())
          .matches("valkey://127\\.0\\.0\\.1:\\d+(,127\\.0\\.0\\.1:\\d+){2}\\?sentinel=larder");
      assertThat(sentinel.setAndWait("k", "v", 2)).isEqualTo(":2\r\n");
      int before = sentinel.primaryPort();

      sentinel.killPrimary();
      sentinel.awaitFailover(before);

      assertThat(sentinel.primaryPort()).isNotEqualTo(before);
      assertThat(sentinel.command("GET", "k")).isEqualTo("$1\r\nv\r\n");
      assertThat(sentinel.command("SET", "k", "w")).isEqualTo("+OK\r\n");
    }
  }

  @Test
  void cluster_slotMoved_oldOwnerSaysMovedAndNewOneHasTheKeys() {
    try (var cluster = ValkeyCluster.start()) {
      int before = cluster.primaryPortOf("k");
      assertThat(cluster.command(before, "SET", "k", "v")).isEqualTo("+OK\r\n");
      assertThat(cluster.command(before, "SET", "{k}2", "v2")).isEqualTo("+OK\r\n");

      int after = cluster.moveSlotOf("k");

      assertThat(after).isNotEqualTo(before).isEqualTo(cluster.primaryPortOf("k"));
      assertThat(cluster.command(before, "GET", "k"))
          .startsWith("-MOVED ")
          .endsWith(" 127.0.0.1:" + after + "\r\n");
      assertThat(cluster.command(after, "GET", "k")).isEqualTo("$1\r\nv\r\n");
      assertThat(cluster.command(after, "GET", "{k}2")).isEqualTo("$2\r\nv2\r\n");
    }
  }

  @Test
  void cluster_primaryKilled_keyIsAtTheNewOne() {
    try (var cluster = ValkeyCluster.start()) {
      assertThat(cluster.uri())
          .matches("valkey://127\\.0\\.0\\.1:\\d+(,127\\.0\\.0\\.1:\\d+){5}\\?cluster=true");
      assertThat(cluster.setAndWait("k", "v")).isEqualTo(":1\r\n");

      int before = cluster.killPrimaryOf("k");
      int after = cluster.awaitFailover("k", before);

      assertThat(after).isNotEqualTo(before);
      assertThat(cluster.command(after, "GET", "k")).isEqualTo("$1\r\nv\r\n");
    }
  }

  @Test
  void tls_clientOfTheAuthority_shakesHands() throws Exception {
    Requires.tls();
    try (var certificates = TestCertificates.create();
        var others = TestCertificates.create();
        var server = ValkeyProcess.startTls(certificates, false)) {
      assertThat(server.uri()).isEqualTo("valkeys://localhost:" + server.port());
      assertThat(server.command("PING")).isEqualTo("+PONG\r\n");
      assertThat(ping(certificates.anonymousContext(), server)).isEqualTo("+PONG\r\n");
      assertThatThrownBy(() -> ping(others.anonymousContext(), server))
          .isInstanceOf(SSLException.class);
    }
  }

  @Test
  void tls_clientCertificateRequired_turnsAwayWhoHasNone() throws Exception {
    Requires.tls();
    try (var certificates = TestCertificates.create();
        var server = ValkeyProcess.startTls(certificates, true)) {
      assertThat(ping(certificates.clientContext(), server)).isEqualTo("+PONG\r\n");
      assertThatThrownBy(() -> ping(certificates.anonymousContext(), server))
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void certificates_files_areWhatTheyAreCalled() throws Exception {
    var certificates = TestCertificates.create();
    try (certificates) {
      var password = certificates.password().toCharArray();
      var trust = KeyStore.getInstance(certificates.trustStore().toFile(), password);
      var client = KeyStore.getInstance(certificates.clientKeyStore().toFile(), password);
      assertThat(trust.isCertificateEntry("ca")).isTrue();
      assertThat(client.isKeyEntry("client")).isTrue();
      assertThat(certificates.caPem()).content().startsWith("-----BEGIN CERTIFICATE-----\n");
      assertThat(certificates.serverKeyPem()).content().startsWith("-----BEGIN PRIVATE KEY-----\n");
    }
    assertThat(Files.exists(certificates.caPem().getParent())).isFalse();
  }

  @Test
  void proxy_latency_delaysRepliesUntilHealed() throws Exception {
    try (var server = ValkeyProcess.start();
        var proxy = FaultProxy.inFrontOf(server.port());
        var client = connect(proxy)) {
      assertThat(proxy.uri()).isEqualTo("valkey://127.0.0.1:" + proxy.port());
      assertThat(send(client, "PING")).isEqualTo("+PONG\r\n");

      proxy.latency(Duration.ofMillis(200));
      long start = System.nanoTime();
      assertThat(send(client, "PING")).isEqualTo("+PONG\r\n");
      assertThat(Duration.ofNanos(System.nanoTime() - start))
          .isGreaterThanOrEqualTo(Duration.ofMillis(200));

      proxy.latency(Duration.ofHours(1));
      proxy.heal();
      assertThat(send(client, "PING")).isEqualTo("+PONG\r\n");
    }
  }

  @Test
  void proxy_blackhole_keepsSocketsOpenAndSilent() throws Exception {
    try (var server = ValkeyProcess.start();
        var proxy = FaultProxy.inFrontOf(server.port());
        var unused = connect(proxy);
        var used = connect(proxy)) {
      assertThat(send(unused, "PING")).isEqualTo("+PONG\r\n");
      assertThat(send(used, "PING")).isEqualTo("+PONG\r\n");

      proxy.blackhole();
      assertSilent(used);
      try (var opened = connect(proxy)) {
        assertSilent(opened);
      }

      proxy.heal();
      assertThat(send(unused, "PING")).isEqualTo("+PONG\r\n");
      assertSilent(used);
      try (var opened = connect(proxy)) {
        assertThat(send(opened, "PING")).isEqualTo("+PONG\r\n");
      }
    }
  }

  @Test
  void proxy_reset_resetsWhatIsOpen() throws Exception {
    try (var server = ValkeyProcess.start();
        var proxy = FaultProxy.inFrontOf(server.port());
        var client = connect(proxy)) {
      assertThat(send(client, "PING")).isEqualTo("+PONG\r\n");

      proxy.reset();

      assertThatThrownBy(() -> client.getInputStream().read())
          .isInstanceOf(SocketException.class)
          .hasMessageContaining("reset");
      try (var opened = connect(proxy)) {
        assertThat(send(opened, "PING")).isEqualTo("+PONG\r\n");
      }
    }
  }

  @Test
  void proxy_resetAfterBytes_breaksOneReply() throws Exception {
    try (var server = ValkeyProcess.start();
        var proxy = FaultProxy.inFrontOf(server.port());
        var client = connect(proxy)) {
      proxy.resetAfterBytes(10);
      assertThat(send(client, "PING")).isEqualTo("+PONG\r\n");
      request(client, "PING");
      assertThat(client.getInputStream().readNBytes(3)).asString().isEqualTo("+PO");
      assertThatThrownBy(() -> client.getInputStream().read())
          .isInstanceOf(SocketException.class)
          .hasMessageContaining("reset");

      try (var opened = connect(proxy)) {
        assertThat(send(opened, "PING")).isEqualTo("+PONG\r\n");
      }
    }
  }

  @Test
  void proxy_slice_cutsReplies() throws Exception {
    var value = "v".repeat(1_000);
    try (var server = ValkeyProcess.start();
        var proxy = FaultProxy.inFrontOf(server.port());
        var client = connect(proxy)) {
      assertThat(server.command("SET", "k", value)).isEqualTo("+OK\r\n");
      proxy.slice(10);

      request(client, "GET", "k");
      var reply = new StringBuilder();
      var pieces = new ArrayList<Integer>();
      var buffer = new byte[4_096];
      while (reply.length() < "$1000\r\n\r\n".length() + value.length()) {
        int length = client.getInputStream().read(buffer);
        pieces.add(length);
        reply.append(new String(buffer, 0, length, StandardCharsets.ISO_8859_1));
      }
      assertThat(reply).hasToString("$1000\r\n" + value + "\r\n");
      assertThat(pieces).hasSizeGreaterThan(1);
    }
  }

  @Test
  void proxy_refuse_closesNewConnectionsOnly() throws Exception {
    try (var server = ValkeyProcess.start();
        var proxy = FaultProxy.inFrontOf(server.port());
        var client = connect(proxy)) {
      assertThat(send(client, "PING")).isEqualTo("+PONG\r\n");

      proxy.refuse();
      try (var refused = connect(proxy)) {
        assertThat(refused.getInputStream().read()).isEqualTo(-1);
      }
      assertThat(send(client, "PING")).isEqualTo("+PONG\r\n");

      proxy.heal();
      try (var opened = connect(proxy)) {
        assertThat(send(opened, "PING")).isEqualTo("+PONG\r\n");
      }
    }
  }

  private static Socket connect(FaultProxy proxy) throws IOException {
    var socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
    socket.setSoTimeout(REPLY_MILLIS_MAX);
    return socket;
  }

  private static String send(Socket socket, String... words) throws IOException {
    return RawCommand.send(socket, RawCommand.words(words));
  }

  private static void request(Socket socket, String... words) throws IOException {
    var line = String.join(" ", words) + "\r\n";
    socket.getOutputStream().write(line.getBytes(StandardCharsets.US_ASCII));
  }

  private static void assertSilent(Socket socket) throws IOException {
    socket.setSoTimeout(SILENCE_MILLIS);
    assertThatThrownBy(() -> send(socket, "PING")).isInstanceOf(SocketTimeoutException.class);
    socket.setSoTimeout(REPLY_MILLIS_MAX);
  }

  private static String ping(SSLContext context, ValkeyProcess server) throws IOException {
    try (var socket =
        (SSLSocket) context.getSocketFactory().createSocket("localhost", server.port())) {
      socket.setSoTimeout(REPLY_MILLIS_MAX);
      var parameters = socket.getSSLParameters();
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      socket.setSSLParameters(parameters);
      socket.startHandshake();
      return RawCommand.send(socket, List.of("PING".getBytes(StandardCharsets.US_ASCII)));
    }
  }
}

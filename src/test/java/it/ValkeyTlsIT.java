package it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.larder.valkey.TestValkey;
import io.larder.valkey.ValkeyUnavailable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The files of containers/ for Valkey as they are, with TLS by certificates of make-ca: what comes
 * with the right ones is served, and anything else is refused with a reason.
 */
final class ValkeyTlsIT {
  private static final Path CONTAINERS = Path.of("containers").toAbsolutePath();

  @TempDir static Path shared;
  @TempDir Path folder;

  @BeforeAll
  static void make() throws Exception {
    Requires.openssl();
    makeCa(shared.resolve("good"), "365");
    makeCa(shared.resolve("other"), "365");
    makeCa(shared.resolve("expired"), "0");
  }

  @ParameterizedTest
  @ValueSource(strings = {"cache", "state"})
  void rightAuthority_isServed(String store) throws Exception {
    try (var server = start(store, "good", true);
        var valkey = TestValkey.at(uri("valkeys", store, server, "localhost"), trust("good"))) {
      var key = "larder:1:probe:tls";
      valkey.set(key, new byte[] {7}, Duration.ofMinutes(1));

      assertThat(valkey.get(key)).hasValue(new byte[] {7});
    }
  }

  @Test
  void certificateOfTheClient_whereItIsAskedFor_isShown() throws Exception {
    try (var server = start("cache", "good", true, "--tls-auth-clients", "yes");
        var with =
            TestValkey.at(
                uri("valkeys", "cache", server, "127.0.0.1"),
                Map.of(
                    "larder.valkey.tls.ca", file("good", "ca.pem"),
                    "larder.valkey.tls.cert", file("good", "client.pem"),
                    "larder.valkey.tls.key", file("good", "client-key.pem")));
        var without = TestValkey.at(uri("valkeys", "cache", server, "127.0.0.1"), trust("good"))) {
      assertThat(with.get("larder:1:probe:tls")).isEmpty();
      assertThatThrownBy(() -> without.get("larder:1:probe:tls"))
          .isInstanceOf(ValkeyUnavailable.class);
    }
  }

  @Test
  void strangeAuthority_isRefused() throws Exception {
    assertRefused(
        "good",
        true,
        "valkeys",
        "other",
        "unable to find valid certification path|does not chain with any of the trust");
  }

  @Test
  void expiredCertificate_isRefused() throws Exception {
    assertRefused("expired", true, "valkeys", "expired", "NotAfter");
  }

  @Test
  void plainServer_isRefused() throws Exception {
    assertRefused("good", false, "valkeys", "good", "Read timed out");
  }

  @Test
  void plainClient_isRefused() throws Exception {
    assertRefused(
        "good", true, "valkey", "good", "Connection reset|Broken pipe|Unexpected end of stream");
  }

  @Test
  void makeCa_whereOneIs_leavesItAlone() throws Exception {
    var before = Files.readString(shared.resolve("good/ca.pem"));
    var again = new ProcessBuilder(command("good")).redirectErrorStream(true).start();
    again.getOutputStream().close();
    try (var said = again.getInputStream()) {
      assertThat(new String(said.readAllBytes(), StandardCharsets.UTF_8))
          .contains("is there already");
    }

    assertThat(again.waitFor()).isEqualTo(1);
    assertThat(Files.readString(shared.resolve("good/ca.pem"))).isEqualTo(before);
    assertThat(Files.getPosixFilePermissions(shared.resolve("good/server-key.pem"))).hasSize(2);
  }

  private void assertRefused(
      String certificates, boolean tls, String scheme, String trusted, String why)
      throws Exception {
    try (var server = start("cache", certificates, tls);
        var valkey = TestValkey.at(uri(scheme, "cache", server, "localhost"), trust(trusted))) {
      assertThatThrownBy(() -> valkey.get("larder:1:probe:tls"))
          .isInstanceOf(ValkeyUnavailable.class)
          .rootCause()
          .hasMessageFindingMatch(why);
    }
  }

  /** The server of containers/valkey-STORE.conf, which has absolute paths of a container in it. */
  private ValkeyProcess start(String store, String certificates, boolean tls, String... more)
      throws Exception {
    Requires.tls();
    var users = Files.readString(CONTAINERS.resolve("users-" + store + ".acl"));
    Files.writeString(
        folder.resolve("users.acl"), users.replaceAll("@[A-Z_]+_SHA256@", sha256("p")));
    var configuration = Files.readString(CONTAINERS.resolve("valkey-" + store + ".conf"));
    Files.writeString(
        folder.resolve("valkey.conf"),
        configuration
            .replace("/etc/valkey/users-" + store + ".acl", folder.resolve("users.acl").toString())
            .replaceAll("(?m)^dir /data$", "dir " + folder));
    Files.writeString(
        folder.resolve("tls.conf"),
        Files.readString(CONTAINERS.resolve("valkey-tls.conf"))
            .replace("/etc/valkey-tls", shared.resolve(certificates).toString()));
    int port = ValkeyProcess.freePort();
    var options = new ArrayList<String>();
    options.addAll(List.of("--include", folder.resolve("valkey.conf").toString()));
    if (tls) {
      options.addAll(List.of("--include", folder.resolve("tls.conf").toString()));
      options.addAll(List.of("--port", "0", "--tls-port", String.valueOf(port)));
    } else {
      options.addAll(List.of("--port", String.valueOf(port)));
    }
    options.addAll(List.of(more));
    return ValkeyProcess.startAt(ValkeyHost.processes(), port, options);
  }

  private static String uri(String scheme, String store, ValkeyProcess server, String name) {
    return scheme + "://larder-" + store + ":p@" + name + ":" + server.port();
  }

  private static Map<String, String> trust(String certificates) {
    return Map.of("larder.valkey.tls.ca", file(certificates, "ca.pem"));
  }

  private static String file(String certificates, String name) {
    return shared.resolve(certificates).resolve(name).toString();
  }

  private static List<String> command(String certificates) {
    return List.of(
        CONTAINERS.resolve("make-ca").toString(), shared.resolve(certificates).toString());
  }

  private static void makeCa(Path to, String days) throws IOException, InterruptedException {
    var builder = new ProcessBuilder(command(to.getFileName().toString()));
    builder.environment().put("DAYS", days);
    var process = builder.redirectErrorStream(true).start();
    process.getOutputStream().close();
    try (var said = process.getInputStream()) {
      var text = new String(said.readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor()).as(text).isZero();
    }
  }

  private static String sha256(String password) throws NoSuchAlgorithmException {
    var digest = MessageDigest.getInstance("SHA-256");
    return HexFormat.of().formatHex(digest.digest(password.getBytes(StandardCharsets.UTF_8)));
  }
}

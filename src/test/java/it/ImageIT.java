package it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The application image, run as the guide to operations says. */
class ImageIT {
  private static final String CONTAINER = "larder-image-it";
  private static final String OVERRIDES = "/opt/larder/usr/servers/larder/configDropins/overrides";
  private static final Duration START_MAX = Duration.ofMinutes(2);

  private final int port = ValkeyProcess.freePort();

  @BeforeEach
  void needPodman() {
    Requires.podman();
    Requires.containersOnThisNetwork();
    remove();
  }

  @AfterEach
  void remove() {
    Command.podman("rm", "--force", "--ignore", "--time", "1", CONTAINER);
  }

  @Test
  void readOnly_asUser1001_configuredByAMountedFile(@TempDir Path overrides) throws Exception {
    // temporary folders are for their owner alone, who is not the user 1001
    Files.setPosixFilePermissions(overrides, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.writeString(
        overrides.resolve("key.xml"),
        "<server><variable name='larder.admin.key' value='" + LarderProcess.KEY + "'/></server>");
    start("--read-only", "--memory", "512m", "-v", overrides + ":" + OVERRIDES + ":ro");
    awaitReady();

    var answer = LarderProcess.send(chat("{\"model\":\"demo\"," + messages()).build());
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(exec("id", "-u").said()).isEqualTo("1001");
    assertThat(exec("touch", "/opt/larder/bin/x").code()).isNotZero();
    assertThat(exec("/opt/larder/bin/health", "ready").code()).isZero();
    assertThat(exec("/opt/larder/bin/health", "live").code()).isZero();
    assertThat(exec("/opt/larder/bin/health", "nonsense").code()).isEqualTo(2);
    assertThat(
            Command.podman(
                "exec", CONTAINER, "find", "/opt/larder", "-writable", "!", "-type", "l"))
        .as("what it could write to, were it not read-only")
        .isEmpty();
  }

  @Test
  void image_holdsNoSecrets() {
    assertThat(Command.podman("inspect", "--format", "{{.Config.Env}}", Image.name()))
        .doesNotContainIgnoringCase("key=")
        .doesNotContainIgnoringCase("password");
    var run = new ArrayList<>(List.of("run", "--rm", "--entrypoint", "find", Image.name()));
    var found = "/opt/larder -name *.keys -o -name *.p12 -o -name *.pem -o -name logs";
    run.addAll(List.of(found.split(" ", -1)));
    assertThat(Command.podman(run.toArray(String[]::new))).isEmpty();
  }

  @Test
  void withoutAKey_endsWithOneLine() {
    start();

    assertThat(Command.podman("wait", CONTAINER)).isEqualTo("78");
    var log = Command.run(Map.of(), "podman", "logs", CONTAINER);
    assertThat(log.complaints().lines().toList().getLast())
        .startsWith("larder: larder.admin.key must be set")
        .endsWith("was missing");
    assertThat(log.said() + "\n" + log.complaints()).as("no stack traces").doesNotContain("\tat ");
    // waiting for the server to have started in order to stop it would take half a minute
    assertThat(log.said()).doesNotContain("CWWKE1100I");
  }

  @Test
  void sigterm_servesStreamsToTheirEnd_takesNoNewOnes_endsWithZero() throws Exception {
    var told = new CountDownLatch(1);
    try (var provider = ScriptedProvider.start()) {
      provider.script(
          "s-slow",
          (request, answer) -> {
            answer.streamHead();
            answer.piece("data: {\"n\":1}\n\n");
            assertThat(told.await(60, TimeUnit.SECONDS)).isTrue();
            answer.piece("data: {\"n\":2}\n\ndata: [DONE]\n\n");
            answer.streamEnd();
          });
      start(
          "-e", "LARDER_ADMIN_KEY=" + LarderProcess.KEY,
          "-e", "LARDER_PROVIDER_SCRIPTED_URL=" + provider.url());
      awaitReady();

      var response =
          LarderProcess.HTTP.send(
              chat("{\"model\":\"s-slow\",\"stream\":true," + messages()).build(),
              BodyHandlers.ofInputStream());
      try (var body = response.body()) {
        var first = body.readNBytes("data: {\"n\":1}".length());
        Command.podman("kill", "--signal", "TERM", CONTAINER);
        Await.until("nothing new is taken", () -> !listens());
        told.countDown();

        assertThat(new String(first, StandardCharsets.UTF_8)).isEqualTo("data: {\"n\":1}");
        assertThat(new String(body.readAllBytes(), StandardCharsets.UTF_8))
            .contains("data: {\"n\":2}")
            .endsWith("data: [DONE]\n\n");
      }
      assertThat(Command.podman("wait", CONTAINER)).isEqualTo("0");
    }
  }

  private void start(String... options) {
    var command = new ArrayList<>(List.of("run", "-d", "--name", CONTAINER, "--network", "host"));
    command.addAll(List.of("-e", "LARDER_HTTP_PORT=" + port, "-e", "LARDER_HTTP_HOST=127.0.0.1"));
    command.addAll(List.of(options));
    command.add(Image.name());
    Command.podman(command.toArray(String[]::new));
  }

  private static Command exec(String... command) {
    var all = new ArrayList<>(List.of("podman", "exec", CONTAINER));
    all.addAll(List.of(command));
    return Command.run(Map.of(), all.toArray(String[]::new));
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
        .timeout(Duration.ofMinutes(1));
  }

  private HttpRequest.Builder chat(String body) {
    return request("/v1/chat/completions")
        .header("Authorization", "Bearer " + LarderProcess.KEY)
        .header("Content-Type", "application/json")
        .POST(BodyPublishers.ofString(body));
  }

  private static String messages() {
    return "\"messages\":[{\"role\":\"user\",\"content\":\"What does a larder keep?\"}]}";
  }

  private void awaitReady() {
    Await.until("ready", START_MAX, () -> status() == 200);
  }

  private int status() {
    return LarderProcess.send(request("/health/ready").build()).statusCode();
  }

  private boolean listens() {
    try (var socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 500);
      return true;
    } catch (ConnectException refused) {
      return false;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}

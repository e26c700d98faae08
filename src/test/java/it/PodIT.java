package it;

import static org.assertj.core.api.Assertions.assertThat;

import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import jakarta.json.Json;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The pod as {@code ./larder up} makes it, under a name of its own. */
class PodIT {
  private static final String POD = "larder-it";
  private static final int PORT = ValkeyProcess.freePort();
  private static final Duration BACK_MAX = Duration.ofSeconds(60);

  @BeforeAll
  static void up() {
    Requires.podman();
    removeAll();
    var said = larder("up");
    assertThat(said).contains("Larder is ready: http://localhost:" + PORT + "/#key=");
  }

  @AfterAll
  static void removeAll() {
    if (Requires.onPath("podman").isPresent()) {
      Command.podman("pod", "rm", "--force", "--ignore", "--time", "1", POD);
      Command.podman("volume", "rm", "--force", POD + "-state");
    }
  }

  @Test
  void allAreHealthy_andASdkIsAnswered() {
    for (var name : List.of("gateway", "valkey-cache", "valkey-state")) {
      assertThat(Command.podman("healthcheck", "run", POD + "-" + name)).as(name).isEmpty();
    }
    assertThat(larder("status")).contains("valkey-cache", "valkey-state", "\"OK\"");

    var client =
        OpenAIOkHttpClient.builder()
            .baseUrl("http://localhost:" + PORT + "/v1")
            .apiKey(LarderProcess.KEY)
            .build();
    var asked =
        ChatCompletionCreateParams.builder().model("demo").addUserMessage("A larder?").build();
    var answer = client.chat().completions().create(asked);
    assertThat(answer.choices().getFirst().message().content()).isPresent();
  }

  @Test
  void cacheKilled_underTraffic_comesBackEmpty_andFills() {
    ask("before the kill");
    Await.until("the answer is in the store", () -> size() > 0);
    kill("valkey-cache");

    int asked = 0;
    do {
      assertThat(ask("during " + asked++).statusCode()).isEqualTo(200);
    } while (!stores().contains("DEGRADED") && asked < 1000);
    Await.until("the store serves again", BACK_MAX, PodIT::bothServe);
    assertThat(Command.podman("exec", POD + "-valkey-cache", "ls", "/data")).isEmpty();

    long empty = size();
    ask("after the kill");
    Await.until("it fills", () -> size() > empty);
  }

  @Test
  void stateSurvives_aKill_andDownAndUp() {
    var made = post("/api/conversations", "{\"title\":\"kept\"}");
    assertThat(made.statusCode()).isEqualTo(201);
    var id = Json.createReader(new StringReader(text(made))).readObject().getString("id");
    // appendfsync everysec keeps it over a kill of the process at once: the file has it already
    kill("valkey-state");
    Await.until("the store is back", BACK_MAX, () -> found(id));
    Await.until("both stores serve", BACK_MAX, PodIT::bothServe);

    larder("down");
    larder("up");
    assertThat(found(id)).isTrue();
    assertThat(Command.podman("logs", POD + "-valkey-state"))
        .as("its own file is loaded whole")
        .doesNotContain("CRITICAL");
  }

  @Test
  void usersHaveNoMoreRightsThanTheyNeed() throws IOException {
    assertThat(valkey("valkey-state", "6380", "PING")).contains("NOAUTH");
    assertThat(valkey("valkey-cache", "6379", "PING")).contains("NOAUTH");
    var health = new String[] {"--no-auth-warning", "--user", "health", "--pass", "none", "INFO"};
    assertThat(valkey("valkey-state", "6380", health)).contains("NOPERM");
    assertThat(valkey("valkey-cache", "6379", health)).contains("NOPERM");
    for (var command : List.of("FLUSHALL", "CONFIG GET *", "KEYS *", "ACL LIST", "GET other")) {
      assertThat(as("larder-state", "state_password", "6380", command))
          .as(command)
          .contains("NOPERM");
      assertThat(as("larder-cache", "cache_password", "6379", command))
          .as(command)
          .contains("NOPERM");
    }
    assertThat(as("larder-state", "cache_password", "6380", "PING")).contains("WRONGPASS");
  }

  private static String larder(String verb) {
    return Command.larder(
        Map.of(
            "LARDER_POD",
            POD,
            "LARDER_IMAGE",
            Image.name(),
            "LARDER_HTTP_PORT",
            String.valueOf(PORT),
            "LARDER_ADMIN_KEY",
            LarderProcess.KEY),
        verb);
  }

  /**
   * From outside, as the kernel does it: of what {@code podman kill} stops, Podman knows that it
   * was meant to.
   */
  private static void kill(String name) {
    var pid = Command.podman("inspect", "--format", "{{.State.Pid}}", POD + "-" + name);
    assertThat(Command.run(Map.of(), "kill", "-KILL", pid).code()).isZero();
  }

  private static HttpResponse<byte[]> ask(String content) {
    return post(
        "/v1/chat/completions",
        "{\"model\":\"demo\",\"messages\":[{\"role\":\"user\",\"content\":\"" + content + "\"}]}");
  }

  private static HttpResponse<byte[]> post(String path, String body) {
    return LarderProcess.send(
        request(path)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body))
            .build());
  }

  private static HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://localhost:" + PORT + path))
        .timeout(Duration.ofSeconds(30))
        .header("Authorization", "Bearer " + LarderProcess.KEY);
  }

  private static boolean found(String conversation) {
    var path = "/api/conversations/" + conversation;
    return LarderProcess.send(request(path).build()).statusCode() == 200;
  }

  private static String stores() {
    return text(LarderProcess.send(request("/health/ready").build()));
  }

  private static boolean bothServe() {
    return stores().split("\"OK\"", -1).length == 3;
  }

  private static String text(HttpResponse<byte[]> response) {
    return new String(response.body(), StandardCharsets.UTF_8);
  }

  private static long size() {
    try {
      return Long.parseLong(as("larder-cache", "cache_password", "6379", "DBSIZE"));
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private static String as(String user, String password, String port, String command)
      throws IOException {
    var secrets = Files.readString(Path.of("target/pod", POD, "secrets"));
    var secret =
        secrets
            .lines()
            .filter(line -> line.startsWith(password + "="))
            .findFirst()
            .orElseThrow()
            .substring(password.length() + 1);
    var arguments = new ArrayList<>(List.of("--user", user, "--pass", secret, "--no-auth-warning"));
    arguments.addAll(List.of(command.split(" ", -1)));
    var name = port.equals("6379") ? "valkey-cache" : "valkey-state";
    return valkey(name, port, arguments.toArray(String[]::new));
  }

  private static String valkey(String name, String port, String... arguments) {
    var command =
        new ArrayList<>(List.of("podman", "exec", POD + "-" + name, "valkey-cli", "-p", port));
    command.addAll(List.of(arguments));
    return Command.run(Map.of(), command.toArray(String[]::new)).said();
  }
}

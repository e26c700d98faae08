package it;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.io.IOException;
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

/**
 * A pod as {@code ./larder up} makes it, on a port of its own.
 *
 * @param name of it, which the names of its containers and its volume begin with
 */
record Pod(String name, int port) {
  static final String GATEWAY = "gateway";
  static final String CACHE = "valkey-cache";
  static final String STATE = "valkey-state";

  /** Calls a verb of the launcher, which must succeed; gives what it said. */
  @CanIgnoreReturnValue
  String larder(String verb) {
    return Command.larder(
        Map.of(
            "LARDER_POD",
            name,
            "LARDER_IMAGE",
            Image.name(),
            "LARDER_HTTP_PORT",
            String.valueOf(port),
            "LARDER_ADMIN_KEY",
            LarderProcess.KEY),
        verb);
  }

  /** Calls a script of the folder {@code containers}. */
  Command script(String script, String file) {
    var path = Path.of("containers", script).toAbsolutePath().toString();
    return Command.run(Map.of("LARDER_POD", name), path, file);
  }

  /** Removes it and its volume, if they are there. */
  void remove() {
    Command.podman("pod", "rm", "--force", "--ignore", "--time", "1", name);
    Command.podman("volume", "rm", "--force", name + "-state");
  }

  /** The process of a container, as the machine knows it. */
  String pid(String container) {
    return Command.podman("inspect", "--format", "{{.State.Pid}}", name + "-" + container);
  }

  /**
   * Kills a container from outside, as the kernel does it: of what {@code podman kill} stops,
   * Podman knows that it was meant to.
   */
  void kill(String container) {
    assertThat(Command.run(Map.of(), "kill", "-KILL", pid(container)).code()).isZero();
  }

  /** Asks the demonstration. */
  @CanIgnoreReturnValue
  HttpResponse<byte[]> ask(String content) {
    return post(
        "/v1/chat/completions",
        "{\"model\":\"demo\",\"messages\":[{\"role\":\"user\",\"content\":\"" + content + "\"}]}");
  }

  HttpResponse<byte[]> post(String path, String body) {
    return LarderProcess.send(
        request(path)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body))
            .build());
  }

  HttpResponse<byte[]> get(String path) {
    return LarderProcess.send(request(path).build());
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
        .timeout(Duration.ofSeconds(30))
        .header("Authorization", "Bearer " + LarderProcess.KEY);
  }

  /** What Larder says of its stores. */
  String stores() {
    return text(get("/health/ready"));
  }

  /** Whether Larder answers, and both stores serve. */
  boolean serves() {
    return stores().split("\"OK\"", -1).length == 3;
  }

  static String text(HttpResponse<byte[]> response) {
    return new String(response.body(), StandardCharsets.UTF_8);
  }

  /** What a Valkey says to the operator. */
  @CanIgnoreReturnValue
  String operator(String container, String... command) {
    return as("operator", "operator_password", container, command);
  }

  /** What a Valkey says to one of its users, whose password has a name in the pod's secrets. */
  String as(String user, String password, String container, String... command) {
    var arguments =
        new ArrayList<>(List.of("--user", user, "--pass", secret(password), "--no-auth-warning"));
    arguments.addAll(List.of(command));
    return valkey(container, arguments.toArray(String[]::new));
  }

  private String secret(String key) {
    try (var lines = Files.lines(Path.of("target/pod", name, "secrets"))) {
      return lines
          .filter(line -> line.startsWith(key + "="))
          .findFirst()
          .orElseThrow()
          .substring(key.length() + 1);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** What {@code valkey-cli} says in a container. */
  String valkey(String container, String... arguments) {
    var port = container.equals(CACHE) ? "6379" : "6380";
    var command =
        new ArrayList<>(
            List.of("podman", "exec", name + "-" + container, "valkey-cli", "-p", port));
    command.addAll(List.of(arguments));
    return Command.run(Map.of(), command.toArray(String[]::new)).said();
  }

  /** A figure of {@code INFO}. */
  long info(String container, String section, String field) {
    return operator(container, "INFO", section)
        .lines()
        .filter(line -> line.startsWith(field + ":"))
        .mapToLong(line -> Long.parseLong(line.substring(field.length() + 1).strip()))
        .findFirst()
        .orElseThrow();
  }
}

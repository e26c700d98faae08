package it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The file for development: two nodes behind the proxy, alone and with all its profiles. */
class ComposeIT {
  private static final String PROJECT = "larder-compose-it";
  private static final Path FOLDER = Path.of("containers");

  /** What a profile needs, as the file says beside it. */
  private static final Pattern NEEDED = Pattern.compile("Needs (LARDER_\\w+)=(\\S+)");

  private static final Duration START_MAX = Duration.ofMinutes(2);

  /** With an election among sentinels. */
  private static final Duration BACK_MAX = Duration.ofMinutes(1);

  /** Two intervals in which Prometheus reads. */
  private static final Duration SCRAPED_MAX = Duration.ofSeconds(60);

  private static final List<String> NODES = List.of("larder-1", "larder-2");

  private final int prometheus = ValkeyProcess.freePort();

  /** Asks the proxy. */
  private final Pod proxy = new Pod(PROJECT, ValkeyProcess.freePort());

  @BeforeAll
  static void needPodman() {
    Requires.podman();
  }

  private Composed up(Set<String> profiles, Map<String, String> more) {
    var environment = new HashMap<>(more);
    environment.put("LARDER_IMAGE", Image.name());
    environment.put("LARDER_ADMIN_KEY", LarderProcess.KEY);
    environment.put("LARDER_HTTP_PORT", String.valueOf(proxy.port()));
    environment.put("PROMETHEUS_PORT", String.valueOf(prometheus));
    var composed = Composed.up(PROJECT, profiles, environment);
    for (var node : NODES) {
      Await.until(node, START_MAX, () -> serves(composed, node));
    }
    Await.until("the proxy", START_MAX, proxy::serves);
    return composed;
  }

  /** Whether a node says of itself that it and both its stores serve. */
  private static boolean serves(Composed composed, String node) {
    return Command.run(
                Map.of(),
                "podman",
                "exec",
                composed.container(node),
                "/opt/larder/bin/health",
                "ready")
            .code()
        == 0;
  }

  @Test
  void twoNodes_areOne_andOneIsEnough() {
    try (var composed = up(Set.of(), Map.of())) {
      assertShared("asked of two nodes");
      var begun = begin();

      kill(composed, "larder-1");
      for (int i = 0; i < 20; i++) {
        assertThat(proxy.ask("asked of the other one, " + i).statusCode()).isEqualTo(200);
        assertThat(proxy.get(begun).statusCode()).isEqualTo(200);
      }

      Command.podman("start", composed.container("larder-1"));
      Await.until("it is back", START_MAX, () -> serves(composed, "larder-1"));
      assertThat(proxy.ask("asked of both again").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void allProfiles_answersInACluster_stateBehindSentinels_alertsInPrometheus() throws Exception {
    try (var composed = up(Set.of("sentinel", "cluster", "observability"), needed())) {
      assertShared("asked with a cluster");
      assertObserved(composed);
      var begun = begin();

      kill(composed, "valkey-state");
      awaitElection(composed, begun);
      Await.until("it takes what is new", BACK_MAX, () -> create().statusCode() == 201);
      // which answers are alive is known by the state: none while a node has not found it again
      Await.until("answers are alive", BACK_MAX, () -> isHit("asked with a cluster"));
    }
  }

  private void awaitElection(Composed composed, String begun) {
    try {
      Await.until(
          "the replica is the primary", BACK_MAX, () -> proxy.get(begun).statusCode() == 200);
    } catch (IllegalStateException late) {
      throw new AssertionError(composed.logs("valkey-state-replica", "sentinel-1"), late);
    }
  }

  private boolean isHit(String content) {
    return proxy.ask(content).headers().firstValue("X-Cache").equals(Optional.of("HIT"));
  }

  private static Map<String, String> needed() throws IOException {
    var needed = new HashMap<String, String>();
    NEEDED
        .matcher(Files.readString(FOLDER.resolve("compose.yaml")))
        .results()
        .forEach(found -> needed.put(found.group(1), found.group(2)));
    assertThat(needed).hasSize(2);
    return needed;
  }

  /** Turn by turn it is, so that the second one to answer is another node. */
  private void assertShared(String content) {
    assertThat(proxy.ask(content).headers().firstValue("X-Cache")).contains("MISS");
    // a node that has just begun may have to look for its stores
    Await.until(
        "both nodes have it", BACK_MAX, () -> NODES.stream().allMatch(turn -> isHit(content)));
    var stream =
        proxy.post(
            "/v1/chat/completions",
            "{\"model\":\"demo\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\""
                + content
                + "\"}]}");
    assertThat(Pod.text(stream)).startsWith("data: ").endsWith("data: [DONE]\n\n");
    assertThat(stream.headers().firstValue("X-Cache")).contains("HIT");
  }

  private void assertObserved(Composed composed) throws IOException {
    var alerts =
        Pattern.compile("- alert: ")
            .matcher(Files.readString(FOLDER.resolve("observability/alerts.yml")))
            .results()
            .count();
    assertThat(asked("rules").split("\"type\":\"alerting\"", -1)).hasSize((int) alerts + 1);
    Await.until(
        "both nodes are read",
        SCRAPED_MAX,
        () -> asked("targets").split("\"health\":\"up\"", -1).length == NODES.size() + 1);

    var rules = FOLDER.resolve("observability").toAbsolutePath() + ":/rules:ro";
    var image = composed.image("prometheus");
    assertThat(
            Command.podman(
                "run",
                "--rm",
                "-v",
                rules,
                "--entrypoint",
                "promtool",
                image,
                "test",
                "rules",
                "/rules/alerts-test.yml"))
        .contains("SUCCESS");
  }

  private String asked(String what) {
    return Pod.text(
        LarderProcess.send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + prometheus + "/api/v1/" + what))
                .build()));
  }

  private HttpResponse<byte[]> create() {
    return proxy.post("/api/conversations", "{}");
  }

  /** The path of a conversation that was begun. */
  private String begin() {
    var made = create();
    assertThat(made.statusCode()).as(Pod.text(made)).isEqualTo(201);
    return "/api/conversations/" + Api.json(made).get("id").asText();
  }

  /** Kills a container, and waits until nothing of it listens any more. */
  private void kill(Composed composed, String service) {
    proxy.kill(service);
    Command.podman("wait", composed.container(service));
  }
}

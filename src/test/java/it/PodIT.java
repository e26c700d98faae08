package it;

import static it.Pod.CACHE;
import static it.Pod.GATEWAY;
import static it.Pod.STATE;
import static org.assertj.core.api.Assertions.assertThat;

import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import jakarta.json.Json;
import java.io.StringReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The pod as {@code ./larder up} makes it, under a name of its own. */
class PodIT {
  private static final Pod POD = new Pod("larder-it", ValkeyProcess.freePort());
  private static final Duration BACK_MAX = Duration.ofMinutes(1);
  private static final int FILLS = 21;
  private static final String FILL =
      "for n = 1, 10 do redis.call('SET', 'larder:1:' .. ARGV[1] .. ':fill-' .. ARGV[2] .. n,"
          + " string.rep('x', 1000000)) end";
  private static final String EMPTY =
      "for _, key in ipairs(redis.call('KEYS', '*:fill-*')) do redis.call('DEL', key) end";

  @BeforeAll
  static void up() {
    Requires.podman();
    POD.remove();
    assertThat(POD.larder("up"))
        .contains("Larder is ready: http://localhost:" + POD.port() + "/#key=");
  }

  @AfterAll
  static void remove() {
    if (Requires.onPath("podman").isPresent()) {
      POD.remove();
    }
  }

  @Test
  void allAreHealthy_andASdkIsAnswered() {
    for (var name : List.of(GATEWAY, CACHE, STATE)) {
      Command.podman("healthcheck", "run", POD.name() + "-" + name);
    }
    assertThat(POD.larder("status")).contains(CACHE, STATE, "\"OK\"");

    var client =
        OpenAIOkHttpClient.builder()
            .baseUrl("http://localhost:" + POD.port() + "/v1")
            .apiKey(LarderProcess.KEY)
            .build();
    var asked =
        ChatCompletionCreateParams.builder().model("demo").addUserMessage("A larder?").build();
    var answer = client.chat().completions().create(asked);
    assertThat(answer.choices().getFirst().message().content()).isPresent();
  }

  @Test
  void cacheKilled_underTraffic_comesBackEmpty_andFills() {
    POD.ask("before the kill");
    Await.until("the answer is in the store", () -> size() > 0);
    var pid = POD.pid(CACHE);
    POD.kill(CACHE);

    int asked = 0;
    while (POD.pid(CACHE).equals(pid) || !POD.serves()) {
      assertThat(POD.ask("during " + asked++).statusCode()).isEqualTo(200);
      assertThat(asked).isLessThan(10_000);
    }
    assertThat(Command.podman("exec", POD.name() + "-" + CACHE, "ls", "/data")).isEmpty();

    long empty = size();
    POD.ask("after the kill");
    Await.until("it fills", () -> size() > empty);
  }

  @Test
  void gatewayKilled_comesBack_withItsState() {
    var id = begun("before the kill");
    POD.kill(GATEWAY);
    Await.until("it is back", BACK_MAX, POD::serves);
    assertThat(found(id)).isTrue();
  }

  @Test
  void stateSurvives_aKill_andIsRestoredFromABackup(@TempDir Path folder) {
    var id = begun("kept");
    // appendfsync everysec keeps it over a kill of the process at once: the file has it already
    POD.kill(STATE);
    Await.until("the store is back", BACK_MAX, () -> found(id));
    Await.until("both stores serve", BACK_MAX, POD::serves);

    var saved = folder.resolve("state.rdb").toString();
    POD.script("backup", saved).good();
    var lost = begun("after the snapshot");
    assertThat(POD.script("restore", saved).complaints())
        .contains("the pod " + POD.name() + " is up");
    POD.larder("down");
    assertThat(POD.script("restore", saved).good()).contains("restored");
    POD.larder("up");
    assertThat(found(id)).isTrue();
    assertThat(found(lost)).as("what came after the snapshot").isFalse();
    assertThat(Command.run(Map.of(), "podman", "logs", POD.name() + "-" + STATE).said())
        .as("its own file is loaded whole")
        .doesNotContain("CRITICAL");
  }

  @Test
  void cacheFull_evictsAndServes_isNotKilled() {
    var pid = POD.pid(CACHE);
    fill(CACHE, "answer");
    assertThat(POD.info(CACHE, "stats", "evicted_keys")).isPositive();
    assertThat(POD.info(CACHE, "memory", "used_memory"))
        .isLessThan(POD.info(CACHE, "memory", "maxmemory") * 11 / 10);

    assertThat(POD.ask("into the full one").headers().firstValue("X-Cache")).contains("MISS");
    assertThat(POD.ask("into the full one").headers().firstValue("X-Cache")).contains("HIT");
    assertThat(POD.pid(CACHE)).as("not killed").isEqualTo(pid);
  }

  @Test
  void stateFull_refusesClearly_losesNothing_healsWithRoom() {
    var pid = POD.pid(STATE);
    var id = begun("before it is full");
    assertThat(fill(STATE, "figures")).contains("OOM");

    var refused = POD.post("/api/conversations", "{\"title\":\"too much\"}");
    assertThat(refused.statusCode()).isEqualTo(503);
    assertThat(Pod.text(refused)).contains("store_unavailable", "OOM");
    assertThat(POD.stores()).contains("FULL");
    assertThat(Pod.text(POD.get("/metrics")))
        .containsPattern("larder_valkey_calls_total\\{.*result=\"full\",store=\"state\"");
    assertThat(found(id)).as("reading goes on").isTrue();
    assertThat(POD.ask("while it is full").statusCode()).as("answers go on").isEqualTo(200);

    POD.operator(STATE, "EVAL", EMPTY, "0");
    Await.until("it has room", POD::serves);
    assertThat(found(begun("after it was full"))).isTrue();
    assertThat(POD.pid(STATE)).as("not killed").isEqualTo(pid);
  }

  @Test
  void usersHaveNoMoreRightsThanTheyNeed() {
    assertThat(POD.valkey(STATE, "PING")).contains("NOAUTH");
    assertThat(POD.valkey(CACHE, "PING")).contains("NOAUTH");
    var health = new String[] {"--no-auth-warning", "--user", "health", "--pass", "none", "INFO"};
    assertThat(POD.valkey(STATE, health)).contains("NOPERM");
    assertThat(POD.valkey(CACHE, health)).contains("NOPERM");
    for (var command : List.of("FLUSHALL", "CONFIG GET *", "KEYS *", "ACL LIST", "GET other")) {
      var words = command.split(" ", -1);
      assertThat(POD.as("larder-state", "state_password", STATE, words)).contains("NOPERM");
      assertThat(POD.as("larder-cache", "cache_password", CACHE, words)).contains("NOPERM");
    }
    assertThat(POD.as("larder-state", "cache_password", STATE, "PING")).contains("NOAUTH");
  }

  private static String begun(String title) {
    var made = POD.post("/api/conversations", "{\"title\":\"" + title + "\"}");
    assertThat(made.statusCode()).as(Pod.text(made)).isEqualTo(201);
    return Json.createReader(new StringReader(Pod.text(made))).readObject().getString("id");
  }

  private static boolean found(String conversation) {
    return POD.get("/api/conversations/" + conversation).statusCode() == 200;
  }

  private static long size() {
    return Long.parseLong(POD.as("larder-cache", "cache_password", CACHE, "DBSIZE"));
  }

  /** Writes more than fits, in keys of 1 MB. */
  private static String fill(String container, String kind) {
    var said = new StringBuilder();
    for (int i = 0; i < FILLS; i++) {
      said.append(POD.operator(container, "EVAL", FILL, "0", kind, i + "-"));
    }
    return said.toString();
  }
}

package it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * The manifests for Kubernetes and the compose file against the pod, which other tests play: what
 * is one thing in all of them has one value.
 */
class ManifestsTest {
  private static final Path CONTAINERS = Path.of("containers");
  private static final Pattern PASSWORD =
      Pattern.compile("://larder-(?<store>\\w+):(?<word>\\w+)@");

  private static final List<String> TLS = List.of("--tls", "--cacert", "/etc/valkey-tls/ca.pem");

  @ParameterizedTest
  @CsvSource({
    "gateway,larder.yaml,larder",
    "valkey-cache,valkey.yaml,valkey-cache",
    "valkey-state,valkey.yaml,valkey-state"
  })
  void kubernetes_everyContainer_isThatOfThePod(String name, String file, String workload)
      throws IOException {
    var pod =
        container(named(read(CONTAINERS.resolve("pod.yaml")), "Pod", "larder").get("spec"), name);
    var here = container(template(file, workload), name);

    assertThat(here.get("image")).isEqualTo(pod.get("image"));
    assertThat(here.get("args")).isEqualTo(pod.get("args"));
    assertThat(here.at("/resources/limits")).isEqualTo(pod.at("/resources/limits"));
    assertThat(here.at("/livenessProbe/exec")).isEqualTo(pod.at("/livenessProbe/exec"));
    assertThat(here.get("volumeMounts").findValuesAsText("mountPath"))
        .containsAll(pod.get("volumeMounts").findValuesAsText("mountPath"));
    assertThat(here.at("/readinessProbe/exec/command").isMissingNode()).isFalse();
    assertThat(here.at("/securityContext/readOnlyRootFilesystem").asBoolean()).isTrue();
    if (pod.has("securityContext")) {
      assertThat(here.get("securityContext")).isEqualTo(pod.get("securityContext"));
    }
  }

  @Test
  void kubernetes_graceOfANode_isThatOfThePodAndItsPreStop() throws IOException {
    var pod = named(read(CONTAINERS.resolve("pod.yaml")), "Pod", "larder").get("spec");
    var here = template("larder.yaml", "larder");
    var preStop = container(here, "gateway").at("/lifecycle/preStop/exec/command/1").asInt();

    assertThat(preStop).isPositive();
    assertThat(here.get("terminationGracePeriodSeconds").asInt())
        .isEqualTo(pod.get("terminationGracePeriodSeconds").asInt() + preStop);
  }

  @Test
  void kubernetes_everythingReferredTo_isMade() throws Exception {
    var made = new TreeSet<String>();
    secrets().forEach(one -> made.add(one.at("/metadata/name").asText()));
    var wanted = new TreeSet<String>();
    for (var file : List.of("larder.yaml", "valkey.yaml")) {
      for (var document : read(CONTAINERS.resolve("kubernetes").resolve(file))) {
        for (var kind : List.of("secretRef", "configMapRef", "secret", "configMap")) {
          document.findValues(kind).forEach(one -> wanted.add(one.get("name").asText()));
        }
      }
    }

    assertThat(wanted).hasSize(3);
    assertThat(made).containsAll(wanted);
    for (var resource : kustomization().get("resources")) {
      assertThat(CONTAINERS.resolve("kubernetes").resolve(resource.asText())).exists();
    }
  }

  @Test
  void kubernetesTls_everyPatch_goesOnFromTheBase() throws IOException {
    var patches = read(CONTAINERS.resolve("kubernetes-tls/kustomization.yaml")).getFirst();
    assertThat(patches.get("patches")).hasSize(3);
    for (var patch : patches.get("patches")) {
      var workload = patch.at("/target/name").asText();
      var changed = documents(patch.get("patch").asText()).getFirst().at("/spec/template/spec");
      var base = template(workload.equals("larder") ? "larder.yaml" : "valkey.yaml", workload);
      for (var container : changed.get("containers")) {
        var before = container(base, container.get("name").asText());
        assertThat(container.at("/args/0")).isEqualTo(before.at("/args/0"));
        if (!workload.equals("larder")) {
          for (var probe : List.of("startupProbe", "readinessProbe", "livenessProbe")) {
            var words = words(container.at("/" + probe + "/exec/command"));
            // what is asked is the same, and it is asked by TLS
            assertThat(words.removeAll(TLS)).isEqualTo(before.has(probe));
            assertThat(words).isEqualTo(words(before.at("/" + probe + "/exec/command")));
          }
        }
      }
    }
  }

  @Test
  void secrets_passwordsOfTheUris_areThoseOfTheUsers() throws Exception {
    var made = secrets();
    var uris = named(made, "Secret", "larder").get("stringData");
    var users = named(made, "Secret", "larder-valkey-users").get("stringData");
    for (var store : List.of("cache", "state")) {
      var uri = uris.get("LARDER_VALKEY_" + store.toUpperCase(Locale.ROOT) + "_URI");
      var found = PASSWORD.matcher(uri.asText());
      assertThat(found.find()).isTrue();
      assertThat(found.group("store")).isEqualTo(store);
      var digest =
          MessageDigest.getInstance("SHA-256")
              .digest(found.group("word").getBytes(StandardCharsets.UTF_8));
      assertThat(users.get("users-" + store + ".acl").asText())
          .contains("user larder-" + store + " on #" + HexFormat.of().formatHex(digest))
          .doesNotContain("@LARDER", "@OPERATOR");
    }
    assertThat(uris.get("LARDER_ADMIN_KEY").asText()).matches("lk_[0-9a-f]{64}");
  }

  @Test
  void compose_everyImageAndLimit_isThatOfThePod() throws IOException {
    var pod = named(read(CONTAINERS.resolve("pod.yaml")), "Pod", "larder").get("spec");
    var services = read(CONTAINERS.resolve("compose.yaml")).getFirst().get("services");
    for (var name : List.of("larder-1", "larder-2", "valkey-cache", "valkey-state")) {
      var here = services.get(name);
      var there = container(pod, name.startsWith("larder") ? "gateway" : name);
      assertThat(here.get("image").asText()).contains(there.get("image").asText());
      assertThat(there.at("/resources/limits/memory").asText().toLowerCase(Locale.ROOT))
          .isEqualTo(here.get("mem_limit").asText() + "i");
    }
    assertThat(services.at("/larder-1/stop_grace_period").asText())
        .isEqualTo(pod.get("terminationGracePeriodSeconds").asText() + "s");
    assertThat(services.get("larder-1").get("read_only").asBoolean()).isTrue();
  }

  @Test
  void compose_everyFileAndPeer_isThere() throws IOException {
    var services = read(CONTAINERS.resolve("compose.yaml")).getFirst().get("services");
    for (var service : services) {
      service
          .path("volumes")
          .forEach(
              volume -> {
                if (volume.asText().startsWith("./")) {
                  assertThat(CONTAINERS.resolve(volume.asText().split(":", 2)[0])).exists();
                }
              });
      service.path("depends_on").forEach(peer -> assertThat(services.has(peer.asText())).isTrue());
      if (service.has("build")) {
        assertThat(CONTAINERS.resolve(service.at("/build/dockerfile").asText())).exists();
      }
    }
    var proxy = Files.readString(CONTAINERS.resolve("proxy.cfg"));
    var prometheus = Files.readString(CONTAINERS.resolve("observability/prometheus.yml"));
    for (var node : List.of("larder-1:9080", "larder-2:9080")) {
      assertThat(proxy).contains(node);
      assertThat(prometheus).contains(node);
    }
  }

  private static List<String> words(JsonNode array) {
    var words = new ArrayList<String>();
    array.forEach(word -> words.add(word.asText()));
    return words;
  }

  private static JsonNode template(String file, String workload) throws IOException {
    var documents = read(CONTAINERS.resolve("kubernetes").resolve(file));
    return documents.stream()
        .filter(one -> one.at("/metadata/name").asText().equals(workload))
        .map(one -> one.at("/spec/template/spec"))
        .filter(one -> !one.isMissingNode())
        .findFirst()
        .orElseThrow();
  }

  private static JsonNode container(JsonNode pod, String name) {
    return StreamSupport.stream(pod.get("containers").spliterator(), false)
        .filter(one -> one.get("name").asText().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static JsonNode named(List<JsonNode> documents, String kind, String name) {
    return documents.stream()
        .filter(one -> one.get("kind").asText().equals(kind))
        .filter(one -> one.at("/metadata/name").asText().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static JsonNode kustomization() throws IOException {
    return read(CONTAINERS.resolve("kubernetes/kustomization.yaml")).getFirst();
  }

  /** What the script prints, with nothing of this environment in it. */
  private static List<JsonNode> secrets() throws IOException, InterruptedException {
    var builder = new ProcessBuilder(CONTAINERS.resolve("kubernetes/secrets").toString());
    builder.environment().keySet().removeIf(name -> name.startsWith("LARDER_"));
    var process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    process.getOutputStream().close();
    try (var said = process.getInputStream()) {
      var text = new String(said.readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor()).isZero();
      return documents(text);
    }
  }

  private static List<JsonNode> read(Path file) throws IOException {
    return documents(Files.readString(file));
  }

  private static List<JsonNode> documents(String text) {
    var documents = new ArrayList<JsonNode>();
    for (var document : new Yaml(new SafeConstructor(new LoaderOptions())).loadAll(text)) {
      if (document instanceof Map<?, ?>) {
        documents.add(new ObjectMapper().valueToTree(document));
      }
    }
    return documents;
  }
}

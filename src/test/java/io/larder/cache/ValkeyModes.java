package io.larder.cache;

import static io.larder.cache.TestNode.tag;
import static org.assertj.core.api.Assertions.assertThat;

import it.Await;
import it.TestCertificates;
import it.ValkeyCluster;
import it.ValkeyHost;
import it.ValkeyProcess;
import it.ValkeySentinel;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * What the cache must do on every kind of Valkey deployment, under load, while parts of it are
 * killed: no caller sees an error or another key's value, and both nodes share again soon.
 */
abstract class ValkeyModes {
  private static final Logger LOG = System.getLogger(ValkeyModes.class.getName());
  private static final Pattern ACL = Pattern.compile("^user (\\S+) (.*)$", Pattern.MULTILINE);

  /** Where the servers run. */
  abstract ValkeyHost host();

  @Test
  void load_serverKilledAndRestarted_recovers() {
    try (var server = ValkeyProcess.start(host())) {
      underLoad(
          "one server, killed and restarted",
          server.uri(),
          Map.of(),
          () -> {
            server.kill();
            server.restart();
          });
    }
  }

  @Test
  void load_primaryOfSentinelsKilled_recovers() {
    try (var sentinel = ValkeySentinel.start(host())) {
      int primary = sentinel.primaryPort();
      underLoad(
          "sentinel, primary killed",
          sentinel.uri(),
          Map.of(),
          () -> {
            sentinel.killPrimary();
            sentinel.awaitFailover(primary);
          });
    }
  }

  @Test
  void load_primaryOfClusterKilled_recovers() {
    try (var cluster = ValkeyCluster.start(host())) {
      // the one with the generations: the worst to lose
      underLoad(
          "cluster, primary of the generations killed",
          cluster.uri(),
          Map.of(),
          () -> {
            int old = cluster.killPrimaryOf(ValkeyGenerations.ROUTE);
            cluster.awaitFailover(ValkeyGenerations.ROUTE, old);
          });
    }
  }

  @Test
  void load_slotsOfClusterMoved_recovers() {
    try (var cluster = ValkeyCluster.start(host())) {
      underLoad(
          "cluster, slots of a value and of the generations moved",
          cluster.uri(),
          Map.of(),
          () -> {
            cluster.moveSlotOf("larder:1:answer:{w0-0}");
            cluster.moveSlotOf(ValkeyGenerations.ROUTE);
          });
    }
  }

  @Test
  void invalidate_generationsMovedToAnotherServer_isStillSeenWithinASecond() {
    try (var cluster = ValkeyCluster.start(host());
        var here = new TestNode(cluster.uri());
        var there = new TestNode(cluster.uri())) {
      awaitSharing(here, there);
      here.keep("k", "old", tag("t"));
      assertThat(here.find("k")).hasValue("old");
      cluster.moveSlotOf(ValkeyGenerations.ROUTE);
      Await.until(
          "invalidated",
          () -> {
            there.cache.invalidate(tag("t"));
            return true;
          });
      Await.until("seen", Duration.ofSeconds(1), () -> here.find("k").isEmpty());
    }
  }

  @Test
  void tls_ownAuthorityAndClientCertificate_works() {
    try (var certificates = TestCertificates.create();
        var server = ValkeyProcess.startTls(host(), certificates, true)) {
      underLoad("TLS", server.uri(), tls(certificates), () -> {});
    }
  }

  @Test
  void tls_strangeAuthority_isAnOutageAndNoMore() {
    try (var certificates = TestCertificates.create();
        var others = TestCertificates.create();
        var server = ValkeyProcess.startTls(host(), certificates, false);
        var node = new TestNode(server.uri(), tls(others))) {
      assertThat(node.keep("k", "a")).isTrue();
      assertThat(node.shares("k")).isFalse();
    }
  }

  @Test
  void tls_plainClientAtATlsPort_isAnOutageAndNoMore() {
    try (var certificates = TestCertificates.create();
        var server = ValkeyProcess.startTls(host(), certificates, false);
        var node = new TestNode("valkey://localhost:" + server.port())) {
      assertThat(node.shares("k")).isFalse();
      assertThat(node.keep("k", "a")).isTrue();
    }
  }

  @Test
  void sentinel_wrongMasterName_isAnOutageAndNoMore() {
    try (var sentinel = ValkeySentinel.start(host());
        var node = new TestNode(sentinel.uri().replace("sentinel=larder", "sentinel=nobody"))) {
      assertThat(node.shares("k")).isFalse();
      assertThat(node.keep("k", "a")).isTrue();
      assertThat(node.find("k")).hasValue("a");
    }
  }

  @Test
  void acl_leastRightsOnOneServer_suffice() throws IOException {
    try (var server = ValkeyProcess.start(host())) {
      for (var user : documentedUsers()) {
        var words = new ArrayList<>(List.of("ACL", "SETUSER"));
        words.addAll(List.of(user.split(" ", -1)));
        assertThat(server.command(words.toArray(String[]::new))).startsWith("+OK");
      }
      everythingWorks(
          server.uri().replace("://", "://larder-cache:change-me@"),
          server.uri().replace("://", "://larder-state:change-me@"));
    }
  }

  @Test
  void acl_leastRightsUnderSentinel_suffice() throws IOException {
    try (var sentinel = ValkeySentinel.start(host())) {
      for (var user : documentedUsers()) {
        var words = new ArrayList<>(List.of("ACL", "SETUSER"));
        words.addAll(List.of(user.split(" ", -1)));
        assertThat(sentinel.command(words.toArray(String[]::new))).startsWith("+OK");
      }
      var state = sentinel.uri().replace("://", "://larder-state:change-me@");
      everythingWorks(sentinel.uri().replace("://", "://larder-cache:change-me@"), state);
      try (var node = new TestNode(state)) {
        var said = node.stores.state().orElseThrow().occupancy();
        assertThat(said.replicas()).isEqualTo(2);
        assertThat(said.replicaLagSeconds()).isBetween(0L, 2L);
      }
    }
  }

  @Test
  void acl_leastRightsInACluster_suffice() throws IOException {
    try (var cluster = ValkeyCluster.start(host())) {
      for (var node : cluster.uri().replaceAll("valkey://|\\?.*", "").split(",", -1)) {
        int port = Integer.parseInt(node.substring(node.indexOf(':') + 1));
        for (var user : documentedUsers()) {
          var words = new ArrayList<>(List.of("ACL", "SETUSER"));
          words.addAll(List.of(user.split(" ", -1)));
          assertThat(cluster.command(port, words.toArray(String[]::new))).startsWith("+OK");
        }
      }
      everythingWorks(
          cluster.uri().replace("://", "://larder-cache:change-me@"),
          cluster.uri().replace("://", "://larder-state:change-me@"));
    }
  }

  /** Each kind of call that Larder makes, with users of their own. */
  private static void everythingWorks(String cache, String state) {
    var settings = Map.of("larder.valkey.state.uri", state);
    try (var here = new TestNode(cache, settings);
        var there = new TestNode(cache, settings)) {
      awaitSharing(here, there);
      here.keep("k", "a", tag("t"));
      assertThat(there.find("k")).hasValue("a");
      there.cache.invalidate(tag("t"));
      Await.until("seen", Duration.ofSeconds(1), () -> here.find("k").isEmpty());
      assertThat(here.keep("k", "b", tag("t"))).isTrue();
      there.cache.remove(TestNode.key("k"));
      Await.until("seen", Duration.ofSeconds(1), () -> here.find("k").isEmpty());
      assertThat(here.cache.claim(TestNode.key("k"), Duration.ofSeconds(5))).isTrue();
      assertThat(here.cache.entries().list(List.of(), "", 10).entries())
          .extracting(Listed::name)
          .doesNotContain("k");
      assertThat(here.keep("p", "c")).isTrue();
      assertThat(removeAll(there, "p*")).isEqualTo(1);
      here.stores.cache().orElseThrow().beginnings(List.of("larder:1:answer:{k}"), 10);
      here.stores.cache().orElseThrow().remove(List.of("larder:1:answer:{k}"));
      here.stores
          .state()
          .orElseThrow()
          .add("larder:1:figures:x", Map.of("hits", 1L), Duration.ofMinutes(1));
      assertThat(here.stores.state().orElseThrow().fields("larder:1:figures:x"))
          .containsEntry("hits", "1");
      assertThat(here.stores.cache().orElseThrow().occupancy().keys()).isPositive();
      assertThat(here.stores.state().orElseThrow().occupancy().memoryBytes()).isPositive();
    }
  }

  private static int removeAll(TestNode node, String glob) {
    var cursor = "";
    int removed = 0;
    do {
      var some = node.cache.entries().removeSome(glob, cursor);
      removed += some.removed();
      cursor = some.next();
    } while (!cursor.isEmpty());
    return removed;
  }

  private static List<String> documentedUsers() throws IOException {
    var users = new ArrayList<String>();
    var found = ACL.matcher(Files.readString(Path.of("docs/guide/valkey.md")));
    while (found.find()) {
      users.add(found.group(1) + " " + found.group(2));
    }
    assertThat(users).hasSize(2);
    return users;
  }

  private static Map<String, String> tls(TestCertificates certificates) {
    return Map.of(
        "larder.valkey.tls.ca", certificates.caPem().toString(),
        "larder.valkey.tls.cert", certificates.clientCertificatePem().toString(),
        "larder.valkey.tls.key", certificates.clientKeyPem().toString());
  }

  /** Two nodes write and read at random while something happens, and share again afterwards. */
  private static void underLoad(
      String what, String uri, Map<String, String> settings, Runnable event) {
    long seed = System.nanoTime();
    var failures = new ConcurrentLinkedQueue<String>();
    var hits = new AtomicInteger();
    var stop = new AtomicBoolean();
    var running = new ArrayList<Future<?>>();
    try (var here = new TestNode(uri, settings);
        var there = new TestNode(uri, settings);
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      awaitSharing(here, there);
      for (int t = 0; t < 6; t++) {
        var node = t % 2 == 0 ? here : there;
        var random = new Random(seed + t);
        running.add(threads.submit(() -> work(node, random, hits, failures, stop)));
      }
      Await.until("under way", () -> hits.get() > 1_000);
      event.run();
      long start = System.nanoTime();
      awaitSharing(here, there);
      long recovered = System.nanoTime();
      int before = hits.get();
      Await.until("under way again", () -> hits.get() > before + 1_000);
      LOG.log(
          Level.INFO,
          "{0}: recovered {1} ms after it was over, {2} hits, seed {3}",
          what,
          TimeUnit.NANOSECONDS.toMillis(recovered - start),
          hits,
          String.valueOf(seed));
      stop.set(true);
      for (var one : running) {
        one.get();
      }
    } catch (Exception failed) {
      stop.set(true);
      throw new AssertionError("seed " + seed, failed);
    }
    assertThat(failures).as("seed " + seed).isEmpty();
  }

  private static void work(
      TestNode node,
      Random random,
      AtomicInteger hits,
      ConcurrentLinkedQueue<String> failures,
      AtomicBoolean stop) {
    while (!stop.get()) {
      var name = "w" + random.nextInt(40) + "-" + random.nextInt(5);
      try {
        if (random.nextInt(4) == 0) {
          node.keep(name, name + " is the key " + "x".repeat(random.nextInt(30_000)), tag("load"));
        } else {
          var found = node.find(name);
          if (found.isPresent()) {
            hits.incrementAndGet();
            if (!found.get().startsWith(name + " is the key ")) {
              failures.add("value of another key at " + name);
            }
          }
        }
      } catch (RuntimeException seen) {
        failures.add(name + ": " + seen);
      }
    }
  }

  /** Waits until what one node keeps, the other finds. */
  private static void awaitSharing(TestNode here, TestNode there) {
    var name = "sharing-" + System.nanoTime();
    Await.until(
        "sharing", () -> here.shares(name) && here.keep(name, "v") && there.find(name).isPresent());
    Await.until("sharing both ways", () -> there.shares(name) && here.find(name).isPresent());
  }
}

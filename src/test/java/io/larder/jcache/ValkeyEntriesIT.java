package io.larder.jcache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.larder.valkey.TestValkey;
import it.ValkeyCluster;
import it.ValkeyProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Pattern;
import javax.cache.Cache;
import javax.cache.CacheException;
import javax.cache.CacheManager;
import javax.cache.configuration.MutableConfiguration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Entries in Valkey: the contract, what stands in Valkey, and a cluster. */
final class ValkeyEntriesIT extends EntriesContract {
  private static final Pattern ACL = Pattern.compile("^user larder-state (.*)$", Pattern.MULTILINE);
  private static ValkeyProcess server;
  private static Entries entries;

  @BeforeAll
  static void start() {
    server = ValkeyProcess.start();
    entries = new ValkeyEntries(TestValkey.at(server.uri()));
  }

  @AfterAll
  static void stop() {
    entries.close();
    server.close();
  }

  @Override
  Entries entries() {
    return entries;
  }

  @Override
  void pass(Duration time) throws InterruptedException {
    // the server's clock is not ours to set
    Thread.sleep(time.toMillis());
  }

  @Test
  void get_hashOfAnotherKind_isAFailureAndNoAnswer() {
    server.command("SET", "larder:1:session:{other}:app", "text");
    assertThatThrownBy(() -> entries.get(Place.head("larder:1:session:{other}:app")))
        .isInstanceOf(CacheException.class);
  }

  /** Goal: the first one to sign in after a restart does not meet a connection that is dead. */
  @Test
  void begin_afterARestart_isDoneAtOnce() {
    try (var own = ValkeyProcess.start();
        var sessions = new ValkeyEntries(TestValkey.at(own.uri()))) {
      var place = Place.head("larder:1:session:{restart}:app");
      var begin = Change.set(Change.Condition.ABSENT, bytes("1"), 60_000, 60_000);
      assertThat(sessions.change(place, begin).done()).isTrue();
      own.restart();
      assertThat(sessions.change(place, begin).done()).isTrue();
      assertThat(sessions.change(place, begin).done()).as("there is one").isFalse();
    }
  }

  @Test
  void sessions_withoutTheirIds_areNotFoundNorRemoved() {
    try (var caches = caches(server.uri(), Map.of())) {
      var sessions = sessions(caches);
      sessions.put("id", session(1));
      assertThat(sessions).isEmpty();
      assertThatThrownBy(sessions::clear).isInstanceOf(UnsupportedOperationException.class);
      assertThatThrownBy(sessions::removeAll).isInstanceOf(UnsupportedOperationException.class);
      assertThat(sessions.containsKey("id")).isTrue();
    }
  }

  @Test
  void session_inACluster_liesInOneSlotAndIsFound() {
    try (var cluster = ValkeyCluster.start();
        var caches = caches(cluster.uri(), Map.of())) {
      var sessions = sessions(caches);
      var attributes = attributes(caches);
      for (int i = 0; i < 50; i++) {
        sessions.put("id" + i, session(1));
        attributes.put("id" + i + ".a", new byte[] {(byte) i});
        assertThat(sessions.replace("id" + i, session(1), sessionWith("a"))).isTrue();
      }
      for (int i = 0; i < 50; i++) {
        assertThat(attributes.get("id" + i + ".a")).containsExactly(i);
      }
      sessions.remove("id7");
      assertThat(attributes.get("id7.a")).isNull();
    }
  }

  @Test
  void user_ofLeastRights_isEnough() throws Exception {
    var line = ACL.matcher(Files.readString(Path.of("docs/guide/valkey.md")));
    assertThat(line.find()).isTrue();
    try (var closed = ValkeyProcess.start()) {
      var words = new ArrayList<>(List.of("ACL", "SETUSER", "larder-state"));
      words.addAll(List.of(line.group(1).replace(">change-me", ">p").split(" ")));
      assertThat(closed.command(words.toArray(String[]::new))).startsWith("+OK");
      closed.command("CONFIG", "SET", "requirepass", "other");
      var uri = closed.uri().replace("//", "//larder-state:p@");
      try (var caches = caches(uri, Map.of())) {
        var sessions = sessions(caches);
        var attributes = attributes(caches);
        sessions.put("id", session(1));
        attributes.put("id.a", new byte[] {1});
        assertThat(sessions.replace("id", session(1), sessionWith("a"))).isTrue();
        assertThat(attributes.get("id.a")).containsExactly(1);
        assertThat(sessions.containsKey("id")).isTrue();
        assertThat(sessions.remove("id")).isTrue();
        assertThat(sessions.containsKey("id")).isFalse();
      }
    }
  }

  private static List<Object> session(long accessed) {
    return new ArrayList<>(List.of(1L, accessed, 60));
  }

  /** As the server writes it when a request ends: used no later, with an attribute. */
  private static List<Object> sessionWith(String attribute) {
    var session = session(1);
    session.add(attribute);
    return session;
  }

  private static CacheManager caches(String uri, Map<String, String> more) {
    var properties = new Properties();
    properties.put("larder.valkey.uri", uri);
    properties.putAll(more);
    return new ValkeyCachingProvider().getCacheManager(null, null, properties);
  }

  @SuppressWarnings({"rawtypes", "unchecked"})
  private static Cache<String, List<Object>> sessions(CacheManager caches) {
    return (Cache)
        caches.createCache(
            "com.ibm.ws.session.meta.default_host%2Fapp",
            new MutableConfiguration<String, List>().setTypes(String.class, List.class));
  }

  private static Cache<String, byte[]> attributes(CacheManager caches) {
    return caches.createCache(
        "com.ibm.ws.session.attr.default_host%2Fapp",
        new MutableConfiguration<String, byte[]>().setTypes(String.class, byte[].class));
  }
}

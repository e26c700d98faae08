package it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A primary with two replicas and three sentinels that watch them under the name {@code larder} and
 * agree on a new primary within seconds. All on 127.0.0.1.
 */
public final class ValkeySentinel implements AutoCloseable {
  private static final String NAME = "larder";
  private static final int REPLICAS = 2;
  private static final int SENTINELS = 3;
  private static final Duration START_MAX = Duration.ofSeconds(30);

  /** A failed election is held again after twice the failover timeout. */
  private static final Duration FAILOVER_MAX = Duration.ofSeconds(30);

  private final ValkeyHost host;
  private final TemporaryFolder folder = TemporaryFolder.create("larder-sentinel-");
  private final List<ValkeyProcess> servers = new ArrayList<>();
  private final List<ValkeyProcess> sentinels = new ArrayList<>();

  private ValkeySentinel(ValkeyHost host) {
    this.host = host;
  }

  /** Starts all six as processes. */
  public static ValkeySentinel start() {
    return start(ValkeyHost.processes());
  }

  /** Starts all six; returns when each sentinel knows the replicas and the other sentinels. */
  public static ValkeySentinel start(ValkeyHost host) {
    var started = new ValkeySentinel(host);
    try {
      started.startServers();
      started.startSentinels();
      return started;
    } catch (RuntimeException | Error failed) {
      started.close();
      throw failed;
    }
  }

  /** Where the sentinels are, and the name they know the primary by. */
  public String uri() {
    return sentinels.stream()
        .map(sentinel -> "127.0.0.1:" + sentinel.port())
        .collect(Collectors.joining(",", "valkey://", "?sentinel=" + NAME));
  }

  /** The port of the primary, as a sentinel says. */
  public int primaryPort() {
    return primaryPort(sentinels.getFirst());
  }

  /** Ends the server that is primary now, as a crash does. */
  public void killPrimary() {
    primary().kill();
  }

  /** Waits until all sentinels agree on a primary on another port, and it knows that it is one. */
  public void awaitFailover(int oldPort) {
    Await.until(
        "the sentinels agree on another primary than " + oldPort,
        FAILOVER_MAX,
        () -> {
          int port = primaryPort();
          return port != oldPort
              && sentinels.stream().allMatch(sentinel -> primaryPort(sentinel) == port)
              && command("ROLE").contains("master");
        });
  }

  /** Which election the primary was made by: another one if there was one since. */
  String election() {
    var reply = sentinels.getFirst().command("SENTINEL", "MASTER", NAME);
    return fields(RawCommand.strings(reply)).get("config-epoch");
  }

  /** Sends a command to the primary and returns the raw reply. */
  public String command(String... words) {
    return primary().command(words);
  }

  /** Sets a key and waits until that many replicas have it; gives how many, as on the wire. */
  String setAndWait(String key, String value, int replicas) {
    return primary().setAndWait(key, value, replicas);
  }

  @Override
  public void close() {
    // sentinels first: they would look for another primary while the servers go
    sentinels.forEach(ValkeyProcess::close);
    servers.forEach(ValkeyProcess::close);
    folder.close();
  }

  private void startServers() {
    var primary = startServer(List.of());
    var follow = List.of("--replicaof", "127.0.0.1", String.valueOf(primary.port()));
    for (int i = 0; i < REPLICAS; i++) {
      startServer(follow);
    }
    // sentinels ask the primary for its replicas at once and then only every 10 s
    Await.until(
        "the replicas are in sync",
        START_MAX,
        () -> {
          var replication = primary.command("INFO", "replication");
          return replication.split("state=online", -1).length - 1 == REPLICAS;
        });
  }

  private ValkeyProcess startServer(List<String> role) {
    var options = new ArrayList<>(List.of("--repl-diskless-sync-delay", "0"));
    options.addAll(role);
    var server = ValkeyProcess.startAt(host, ValkeyProcess.freePort(), options);
    servers.add(server);
    return server;
  }

  private void startSentinels() {
    int primaryPort = servers.getFirst().port();
    for (int i = 0; i < SENTINELS; i++) {
      int port = ValkeyProcess.freePort();
      var configuration = folder.path().resolve("sentinel-" + port + ".conf");
      try {
        Files.writeString(
            configuration,
            """
            port %1$d
            bind 127.0.0.1
            sentinel monitor %2$s 127.0.0.1 %3$d 2
            sentinel down-after-milliseconds %2$s 500
            sentinel failover-timeout %2$s 3000
            sentinel parallel-syncs %2$s 1
            """
                .formatted(port, NAME, primaryPort));
      } catch (IOException failed) {
        throw new UncheckedIOException(failed);
      }
      sentinels.add(ValkeyProcess.startSentinel(host, port, configuration));
    }
    Await.until(
        "the sentinels know everyone",
        START_MAX,
        () -> sentinels.stream().allMatch(ValkeySentinel::knowsEveryone));
  }

  private static boolean knowsEveryone(ValkeyProcess sentinel) {
    var primary = fields(RawCommand.strings(sentinel.command("SENTINEL", "MASTER", NAME)));
    var replicas = sentinel.command("SENTINEL", "REPLICAS", NAME);
    return "master".equals(primary.get("flags"))
        && String.valueOf(REPLICAS).equals(primary.get("num-slaves"))
        && String.valueOf(SENTINELS - 1).equals(primary.get("num-other-sentinels"))
        // a replica whose link it has not seen up is no candidate
        && occurrences(RawCommand.strings(replicas), "master-link-status", "ok") == REPLICAS;
  }

  private static Map<String, String> fields(List<String> namesAndValues) {
    var fields = new HashMap<String, String>();
    for (int i = 0; i + 1 < namesAndValues.size(); i += 2) {
      fields.put(namesAndValues.get(i), namesAndValues.get(i + 1));
    }
    return fields;
  }

  private static int occurrences(List<String> namesAndValues, String name, String value) {
    int count = 0;
    for (int i = 0; i + 1 < namesAndValues.size(); i += 2) {
      if (namesAndValues.get(i).equals(name) && namesAndValues.get(i + 1).equals(value)) {
        count++;
      }
    }
    return count;
  }

  private static int primaryPort(ValkeyProcess sentinel) {
    var reply = sentinel.command("SENTINEL", "GET-MASTER-ADDR-BY-NAME", NAME);
    return Integer.parseInt(RawCommand.strings(reply).get(1));
  }

  private ValkeyProcess primary() {
    int port = primaryPort();
    return servers.stream().filter(server -> server.port() == port).findFirst().orElseThrow();
  }
}

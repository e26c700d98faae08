package it;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A cluster of three primaries with a replica each, built command by command. A primary that is
 * killed is replaced within seconds, and a slot can be moved. All on 127.0.0.1.
 */
public final class ValkeyCluster implements AutoCloseable {
  private static final int PRIMARIES = 3;
  private static final int NODES = 2 * PRIMARIES;
  private static final int SLOTS = 16_384;
  private static final int KEYS_PER_MOVE = 100;
  private static final Duration START_MAX = Duration.ofSeconds(30);
  private static final Duration FAILOVER_MAX = Duration.ofSeconds(30);
  private static final Duration MOVE_MAX = Duration.ofSeconds(10);

  /** Nodes talk to each other on their port plus this. */
  private static final int BUS_OFFSET = 10_000;

  /** With the bus, below the range that systems take outgoing ports from. */
  private static final int PORT_MIN = 10_000;

  private static final int PORT_MAX = 22_000;
  private static final int PORT_TRIES_MAX = 1_000;

  private final ValkeyHost host;

  /** The first are the primaries to begin with; the rest their replicas, in the same order. */
  private final List<ValkeyProcess> nodes = new ArrayList<>();

  private ValkeyCluster(ValkeyHost host) {
    this.host = host;
  }

  /** Starts all six as processes. */
  public static ValkeyCluster start() {
    return start(ValkeyHost.processes());
  }

  /** Starts all six; returns when each knows the whole cluster and the replicas are in sync. */
  public static ValkeyCluster start(ValkeyHost host) {
    var started = new ValkeyCluster(host);
    try {
      started.startNodes();
      started.join();
      return started;
    } catch (RuntimeException | Error failed) {
      started.close();
      throw failed;
    }
  }

  /** Where all the nodes are, also those that were killed. */
  public String uri() {
    return nodes.stream()
        .map(node -> "127.0.0.1:" + node.port())
        .collect(Collectors.joining(",", "valkey://", "?cluster=true"));
  }

  /** The port of the primary that has the slot of a key. */
  public int primaryPortOf(String key) {
    return owner(anyAlive(), slotOf(key)).port();
  }

  /** Ends the primary that has the slot of a key, as a crash does; gives its port. */
  public int killPrimaryOf(String key) {
    int port = primaryPortOf(key);
    node(port).kill();
    return port;
  }

  /**
   * Waits until every node left knows the new primary of the key's slot, and serves again.
   *
   * @param oldPort of the primary that was killed
   * @return the new primary's port
   */
  public int awaitFailover(String key, int oldPort) {
    int slot = slotOf(key);
    Await.until(
        "another primary than " + oldPort + " has slot " + slot,
        FAILOVER_MAX,
        () -> {
          int port = owner(anyAlive(), slot).port();
          return port != oldPort && everyNodeServes() && everyNodeSays(slot, port);
        });
    return owner(anyAlive(), slot).port();
  }

  /**
   * Moves the slot of a key, with all keys in it, to another primary. Returns when every node
   * knows.
   *
   * @return the port of the primary that has it now
   */
  public int moveSlotOf(String key) {
    int slot = slotOf(key);
    var from = owner(anyAlive(), slot);
    var primaries =
        view(anyAlive()).stream().filter(node -> node.isPrimary() && isAlive(node)).toList();
    var to = primaries.stream().filter(node -> !node.equals(from)).findFirst().orElseThrow();
    setSlot(to.port(), slot, "IMPORTING", from.id());
    setSlot(from.port(), slot, "MIGRATING", to.id());
    moveKeys(slot, from.port(), to.port());
    // the new owner first: at no time must nobody have it
    setSlot(to.port(), slot, "NODE", to.id());
    setSlot(from.port(), slot, "NODE", to.id());
    Await.until(
        "every node knows that slot " + slot + " moved to " + to.port(),
        MOVE_MAX,
        () -> everyNodeSays(slot, to.port()) && everyNodeServes());
    return to.port();
  }

  /** Sends a command to the node on that port and returns the raw reply. */
  public String command(int port, String... words) {
    return node(port).command(words);
  }

  /** Sets a key and waits until a replica has it; gives how many have, as on the wire. */
  String setAndWait(String key, String value) {
    return node(primaryPortOf(key)).setAndWait(key, value, 1);
  }

  @Override
  public void close() {
    nodes.forEach(ValkeyProcess::close);
  }

  private void startNodes() {
    for (int i = 0; i < NODES; i++) {
      int port = freePortWithBus();
      nodes.add(
          ValkeyProcess.startAt(
              host,
              port,
              List.of(
                  "--cluster-enabled",
                  "yes",
                  "--cluster-node-timeout",
                  "1500",
                  "--cluster-announce-ip",
                  "127.0.0.1",
                  // a replica may take over however long its link was down on a busy machine
                  "--cluster-replica-validity-factor",
                  "0",
                  "--repl-diskless-sync-delay",
                  "0")));
    }
  }

  private void join() {
    var first = nodes.getFirst();
    for (int i = 0; i < NODES; i++) {
      // no two the same, or the nodes would sort it out among themselves later
      demand(nodes.get(i), "CLUSTER", "SET-CONFIG-EPOCH", String.valueOf(i + 1));
    }
    for (int i = 0; i < PRIMARIES; i++) {
      addSlots(nodes.get(i), SLOTS * i / PRIMARIES, SLOTS * (i + 1) / PRIMARIES - 1);
    }
    for (var node : nodes.subList(1, NODES)) {
      demand(first, "CLUSTER", "MEET", "127.0.0.1", String.valueOf(node.port()));
    }
    Await.until(
        "the nodes have met",
        START_MAX,
        () ->
            nodes.stream()
                .allMatch(node -> view(node).stream().filter(Node::isMet).count() == NODES));
    for (int i = 0; i < PRIMARIES; i++) {
      var primary = RawCommand.strings(nodes.get(i).command("CLUSTER", "MYID")).getFirst();
      demand(nodes.get(PRIMARIES + i), "CLUSTER", "REPLICATE", primary);
    }
    Await.until(
        "every node serves and knows the replicas, and they are in sync",
        START_MAX,
        () ->
            everyNodeServes()
                && nodes.stream().allMatch(ValkeyCluster::knowsTheReplicas)
                && nodes.stream().limit(PRIMARIES).allMatch(ValkeyCluster::hasItsReplica));
  }

  private static void addSlots(ValkeyProcess node, int first, int last) {
    var reply =
        node.command("CLUSTER", "ADDSLOTSRANGE", String.valueOf(first), String.valueOf(last));
    if (reply.startsWith("-")) {
      // before Redis 7 each slot is named
      var words = new ArrayList<>(List.of("CLUSTER", "ADDSLOTS"));
      IntStream.rangeClosed(first, last).mapToObj(String::valueOf).forEach(words::add);
      demand(node, words.toArray(String[]::new));
    }
  }

  private static boolean knowsTheReplicas(ValkeyProcess node) {
    return view(node).stream().filter(other -> !other.isPrimary()).count() == PRIMARIES;
  }

  private static boolean hasItsReplica(ValkeyProcess primary) {
    return primary.command("INFO", "replication").contains("state=online");
  }

  private boolean everyNodeServes() {
    return alive().stream()
        .map(node -> node.command("CLUSTER", "INFO"))
        .allMatch(
            info ->
                info.contains("cluster_state:ok")
                    && info.contains("cluster_slots_assigned:" + SLOTS));
  }

  private boolean everyNodeSays(int slot, int ownerPort) {
    return alive().stream().allMatch(node -> owner(node, slot).port() == ownerPort);
  }

  private void setSlot(int port, int slot, String state, String nodeId) {
    demand(node(port), "CLUSTER", "SETSLOT", String.valueOf(slot), state, nodeId);
  }

  private void moveKeys(int slot, int fromPort, int toPort) {
    while (true) {
      var keys =
          RawCommand.strings(
              demand(
                  node(fromPort),
                  "CLUSTER",
                  "GETKEYSINSLOT",
                  String.valueOf(slot),
                  String.valueOf(KEYS_PER_MOVE)));
      if (keys.isEmpty()) {
        return;
      }
      var words =
          new ArrayList<>(
              RawCommand.words(
                  "MIGRATE", "127.0.0.1", "" + toPort, "", "0", "4000", "REPLACE", "KEYS"));
      keys.forEach(key -> words.add(key.getBytes(StandardCharsets.ISO_8859_1)));
      demanded(node(fromPort).command(words));
    }
  }

  private int slotOf(String key) {
    var reply = demand(anyAlive(), "CLUSTER", "KEYSLOT", key);
    return Integer.parseInt(reply.substring(1).strip());
  }

  /** Who has a slot, as a node says; for a while that may be one that was killed. */
  private Node owner(ValkeyProcess asked, int slot) {
    return view(asked).stream().filter(node -> node.has(slot)).findFirst().orElseThrow();
  }

  private ValkeyProcess node(int port) {
    return nodes.stream().filter(node -> node.port() == port).findFirst().orElseThrow();
  }

  private boolean isAlive(Node node) {
    return node(node.port()).isAlive();
  }

  private List<ValkeyProcess> alive() {
    return nodes.stream().filter(ValkeyProcess::isAlive).toList();
  }

  private ValkeyProcess anyAlive() {
    return alive().getFirst();
  }

  private static List<Node> view(ValkeyProcess asked) {
    var reply = demand(asked, "CLUSTER", "NODES");
    return RawCommand.strings(reply).getFirst().lines().map(Node::parse).toList();
  }

  private static String demand(ValkeyProcess node, String... words) {
    return demanded(node.command(words));
  }

  private static String demanded(String reply) {
    if (reply.isEmpty() || reply.startsWith("-")) {
      throw new IllegalStateException("the cluster refused: " + reply);
    }
    return reply;
  }

  private static int freePortWithBus() {
    for (int i = 0; i < PORT_TRIES_MAX; i++) {
      int port = ThreadLocalRandom.current().nextInt(PORT_MIN, PORT_MAX);
      if (isFree(port) && isFree(port + BUS_OFFSET)) {
        return port;
      }
    }
    throw new IllegalStateException("no free port whose bus port is free too");
  }

  private static boolean isFree(int port) {
    try (var socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return socket.isBound();
    } catch (IOException taken) {
      return false;
    }
  }

  /**
   * A line of {@code CLUSTER NODES}.
   *
   * @param slots ranges such as {@code 0-5460} or {@code 7}
   */
  private record Node(String id, int port, List<String> flags, List<String> slots) {
    static Node parse(String line) {
      var words = List.of(line.split(" ", -1));
      var address = words.get(1);
      int port =
          Integer.parseInt(address, address.lastIndexOf(':') + 1, address.lastIndexOf('@'), 10);
      // a slot on its way stands in brackets and still belongs to whoever has it as a range
      var slots = words.stream().skip(8).filter(range -> !range.startsWith("[")).toList();
      return new Node(words.getFirst(), port, List.of(words.get(2).split(",", -1)), slots);
    }

    boolean isPrimary() {
      return flags.contains("master");
    }

    boolean isMet() {
      return !flags.contains("handshake");
    }

    boolean has(int slot) {
      return slots.stream()
          .map(range -> range.split("-", -1))
          .anyMatch(
              ends ->
                  Integer.parseInt(ends[0]) <= slot
                      && slot <= Integer.parseInt(ends[ends.length - 1]));
    }
  }
}

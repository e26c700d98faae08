package io.larder.valkey;

import io.larder.setting.InvalidSetting;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Where a Valkey store is.
 *
 * <pre>
 * valkey://[user:password@]host[:port][/database]          one server
 * valkey://[user:password@]host[:port],…?cluster=true      a cluster, some of its nodes
 * valkey://[user:password@]host[:port],…[/database]?sentinel=MASTER
 *     [&amp;sentinel-user=…][&amp;sentinel-password=…]          the master of that name, asked of sentinels
 * </pre>
 *
 * {@code valkeys} is for TLS; {@code redis} and {@code rediss} mean the same. User and password are
 * percent-encoded.
 *
 * @param nodes servers, or sentinels; one at least, and only one for a single server
 * @param kind what the nodes are
 * @param master the name that sentinels know the master by; empty for other kinds
 * @param tls whether to speak TLS
 * @param login user and password at the servers
 * @param sentinelLogin user and password at the sentinels
 * @param database 0 or more, 0 in a cluster
 */
record ValkeyUri(
    List<Node> nodes,
    Kind kind,
    String master,
    boolean tls,
    Login login,
    Login sentinelLogin,
    int database) {
  private static final int PORT = 6379;
  private static final int SENTINEL_PORT = 26379;
  private static final int NODES_MAX = 100;
  private static final Pattern FORM =
      Pattern.compile(
          "(?<scheme>valkeys?|rediss?)://(?:(?<login>[^@/?#]*)@)?(?<nodes>[^@/?#]+)"
              + "(?:/(?<database>[0-9]{0,4}))?(?:\\?(?<query>[^#]*))?");
  private static final Pattern NODE =
      Pattern.compile("(?<host>\\[[0-9A-Fa-f:.%]+]|[^:\\[\\]\\s]+)(?::(?<port>[0-9]{1,5}))?");
  private static final String RANGE =
      "valkey://[user:password@]host[:port][/database], with several host:port and ?cluster=true"
          + " or ?sentinel=MASTER, or valkeys://… for TLS";

  /** What the nodes of a URI are. */
  enum Kind {
    /** One server. */
    SERVER,
    /** Sentinels, which know where the master is. */
    SENTINEL,
    /** Nodes of a cluster, which know all others. */
    CLUSTER
  }

  /** A host and its port, 1 to 65535. */
  record Node(String host, int port) {
    @Override
    public String toString() {
      return host + ":" + port;
    }
  }

  /** An ACL user, unless the default one, and its password. */
  record Login(Optional<String> user, Optional<String> password) {
    static final Login NONE = new Login(Optional.empty(), Optional.empty());

    @Override
    public String toString() {
      return "***";
    }
  }

  ValkeyUri {
    nodes = List.copyOf(nodes);
  }

  /**
   * Reads a URI.
   *
   * @param setting the name of the setting it comes from, for the message
   * @throws InvalidSetting if it is none, without telling its password
   */
  static ValkeyUri parse(String setting, String found) {
    var form = FORM.matcher(found);
    if (!form.matches()) {
      throw new InvalidSetting(setting, RANGE, masked(found));
    }
    try {
      return parse(form);
    } catch (IllegalArgumentException wrong) {
      throw new InvalidSetting(setting, RANGE, masked(found) + ": " + wrong.getMessage());
    }
  }

  private static ValkeyUri parse(Matcher form) {
    var query = query(form.group("query") == null ? "" : form.group("query"));
    boolean cluster = "true".equals(query.remove("cluster"));
    var master = Optional.ofNullable(query.remove("sentinel"));
    var sentinelUser = Optional.ofNullable(query.remove("sentinel-user"));
    var sentinelPassword = Optional.ofNullable(query.remove("sentinel-password"));
    // a password with a question mark in it that is not encoded looks like a parameter
    boolean harmless =
        sentinelPassword.isEmpty()
            && query.keySet().stream().allMatch(name -> name.matches("[a-z-]{1,20}"));
    require(
        query.isEmpty(),
        "unknown parameter" + (harmless ? " " + String.join(", ", query.keySet()) : ""));
    require(!cluster || master.isEmpty(), "cluster and sentinel exclude each other");
    require(master.isEmpty() || !master.get().isBlank(), "sentinel wants the master's name");
    var kind = cluster ? Kind.CLUSTER : master.isPresent() ? Kind.SENTINEL : Kind.SERVER;

    var nodes = nodes(form.group("nodes"), kind == Kind.SENTINEL ? SENTINEL_PORT : PORT);
    require(
        kind != Kind.SERVER || nodes.size() == 1,
        "several hosts want ?cluster=true or ?sentinel=MASTER");
    var database = form.group("database");
    boolean named = database != null && !database.isEmpty();
    require(kind != Kind.CLUSTER || !named, "a cluster has no database index");
    return new ValkeyUri(
        nodes,
        kind,
        master.orElse(""),
        form.group("scheme").endsWith("s") && !form.group("scheme").equals("redis"),
        login(form.group("login")),
        new Login(sentinelUser, sentinelPassword),
        named ? Integer.parseInt(database) : 0);
  }

  private static List<Node> nodes(String list, int port) {
    var nodes = new ArrayList<Node>();
    for (var item : list.split(",", -1)) {
      var node = NODE.matcher(item.strip());
      require(node.matches(), "no host[:port]: " + item);
      int found = node.group("port") == null ? port : Integer.parseInt(node.group("port"));
      require(found >= 1 && found <= 65_535, "a port is 1 to 65535, was " + found);
      nodes.add(new Node(node.group("host").replaceAll("[\\[\\]]", ""), found));
    }
    require(nodes.size() <= NODES_MAX, "at most " + NODES_MAX + " hosts");
    return nodes;
  }

  private static Map<String, String> query(String text) {
    var query = new LinkedHashMap<String, String>();
    for (var pair : text.split("&", -1)) {
      if (!pair.isEmpty()) {
        var parts = pair.split("=", 2);
        query.put(decode(parts[0]), parts.length > 1 ? decode(parts[1]) : "");
      }
    }
    return query;
  }

  private static Login login(String text) {
    if (text == null) {
      return Login.NONE;
    }
    var parts = text.split(":", 2);
    return new Login(
        Optional.of(decode(parts[0])).filter(user -> !user.isEmpty()),
        parts.length > 1 ? Optional.of(decode(parts[1])) : Optional.empty());
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalArgumentException(otherwise);
    }
  }

  private static String decode(String part) {
    try {
      return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException malformed) {
      // its message quotes what may be of a password
      throw new IllegalArgumentException("a malformed % sequence", null);
    }
  }

  private static String masked(String uri) {
    return uri.replaceAll("//.*@", "//***@").replaceAll("(sentinel-password=).*", "$1***");
  }

  /** The address, without users and passwords. */
  @Override
  public String toString() {
    return (tls ? "valkeys://" : "valkey://")
        + nodes.stream().map(Node::toString).collect(Collectors.joining(","))
        + switch (kind) {
          case SERVER -> "/" + database;
          case SENTINEL -> "/" + database + "?sentinel=" + master;
          case CLUSTER -> "?cluster=true";
        };
  }
}

package io.larder.valkey;

import io.larder.setting.InvalidSetting;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;

/**
 * Where a Valkey server is: {@code valkey://[user:password@]host[:port][/db]}; {@code valkeys} for
 * TLS, {@code redis} and {@code rediss} mean the same.
 *
 * @param host name or address
 * @param port 1 to 65535, 6379 when not given
 * @param tls whether to speak TLS
 * @param user ACL user, unless the default one
 * @param password its password
 * @param database 0 or more
 */
record ValkeyUri(
    String host,
    int port,
    boolean tls,
    Optional<String> user,
    Optional<String> password,
    int database) {
  private static final int PORT = 6379;
  private static final Set<String> PLAIN = Set.of("valkey", "redis");
  private static final Set<String> TLS = Set.of("valkeys", "rediss");
  private static final String RANGE =
      "valkey://[user:password@]host[:port][/database] or valkeys://… for TLS";

  /**
   * Reads a URI.
   *
   * @param setting the name of the setting it comes from, for the message
   * @throws InvalidSetting if it is none, without telling its password
   */
  static ValkeyUri parse(String setting, String found) {
    var uri = uri(setting, found);
    boolean known = PLAIN.contains(uri.getScheme()) || TLS.contains(uri.getScheme());
    if (!known || uri.getHost() == null || uri.getQuery() != null || uri.getFragment() != null) {
      throw new InvalidSetting(setting, RANGE, masked(found));
    }
    var userInfo = Optional.ofNullable(uri.getRawUserInfo());
    return new ValkeyUri(
        uri.getHost(),
        uri.getPort() < 0 ? PORT : uri.getPort(),
        TLS.contains(uri.getScheme()),
        userInfo.map(info -> decode(info.split(":", 2)[0])).filter(user -> !user.isEmpty()),
        userInfo.filter(info -> info.contains(":")).map(info -> decode(info.split(":", 2)[1])),
        database(setting, found, uri));
  }

  private static URI uri(String setting, String found) {
    try {
      return new URI(found);
    } catch (URISyntaxException malformed) {
      throw new InvalidSetting(setting, RANGE, masked(found));
    }
  }

  private static int database(String setting, String found, URI uri) {
    var path = uri.getPath() == null ? "" : uri.getPath().replaceFirst("^/", "");
    if (path.isEmpty()) {
      return 0;
    }
    if (!path.matches("[0-9]{1,4}")) {
      throw new InvalidSetting(setting, RANGE, masked(found));
    }
    return Integer.parseInt(path);
  }

  private static String decode(String part) {
    return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  private static String masked(String uri) {
    return uri.replaceAll("//.*@", "//***@");
  }

  /** The address, without user and password. */
  @Override
  public String toString() {
    return (tls ? "valkeys://" : "valkey://") + host + ":" + port + "/" + database;
  }
}

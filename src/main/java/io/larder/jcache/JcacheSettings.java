package io.larder.jcache;

import io.larder.setting.Settings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/**
 * Settings under {@code larder.jcache}; defaults and reasons stand in
 * microprofile-config.properties. The server's class loader knows no MicroProfile Config, so the
 * same names are looked up by hand: in the environment, in the properties that the server's
 * configuration gives, in system properties and in the defaults.
 *
 * @param all every setting, those of the store included
 * @param ttl how long is kept what does not say how long, and everything at most
 * @param allowed which classes are read from the store
 */
record JcacheSettings(Settings all, Duration ttl, Allowed allowed) {
  private static final Duration TTL_MIN = Duration.ofMinutes(1);
  private static final Duration TTL_MAX = Duration.ofDays(366);

  /** Before the names of properties that pass a variable of server.xml on. */
  private static final String VARIABLE = "variable.";

  private static final String DEFAULTS = "/META-INF/microprofile-config.properties";

  /**
   * Settings as the server gives them.
   *
   * @param uri of the cache manager; a Valkey URI is taken for {@code larder.valkey.state.uri}
   * @throws io.larder.setting.InvalidSetting if a value is wrong
   */
  static JcacheSettings of(URI uri, Properties given, Map<String, String> environment) {
    var defaults = defaults();
    var all =
        new Settings(
            name ->
                Optional.ofNullable(environment.get(Settings.variable(name)))
                    .or(() -> address(uri, name))
                    .or(() -> given(given, name))
                    .or(() -> Optional.ofNullable(System.getProperty(name)))
                    .or(() -> Optional.ofNullable(defaults.getProperty(name))));
    return new JcacheSettings(
        all,
        all.duration("larder.jcache.ttl", TTL_MIN, TTL_MAX),
        new Allowed(all.list("larder.jcache.classes")));
  }

  private static Optional<String> address(URI uri, String name) {
    boolean valkey = String.valueOf(uri.getScheme()).matches("valkeys?|rediss?");
    return Optional.of(uri.toString())
        .filter(address -> valkey && name.equals("larder.valkey.state.uri"));
  }

  /** What stands in server.xml; a variable that is not set is left by the server as it is. */
  private static Optional<String> given(Properties given, String name) {
    return Optional.ofNullable(given.getProperty(name))
        .or(() -> Optional.ofNullable(given.getProperty(VARIABLE + name)))
        .filter(value -> !value.startsWith("${"));
  }

  private static Properties defaults() {
    var defaults = new Properties();
    try (var in = JcacheSettings.class.getResourceAsStream(DEFAULTS)) {
      if (in == null) {
        throw new IllegalStateException("no " + DEFAULTS + " in the jar");
      }
      defaults.load(in);
      return defaults;
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}

package io.larder.valkey;

import io.larder.setting.Checked;
import io.larder.setting.Settings;
import java.time.Duration;
import java.util.Optional;

/**
 * Settings under {@code larder.valkey}; defaults and reasons stand in
 * microprofile-config.properties.
 *
 * @param cache where answers are kept; empty = in this node's memory
 * @param state where is kept what must not be evicted; empty = in this node's memory
 * @param tls how to speak TLS, to addresses that ask for it
 * @param connectTimeout longest wait for a TCP connection
 * @param readTimeout longest wait for a reply, and for a large value to be taken
 * @param connectionsMax connections per store, in a cluster per node, at most
 * @param connectionWait longest wait for a free connection
 */
record ValkeySettings(
    Optional<ValkeyUri> cache,
    Optional<ValkeyUri> state,
    Tls tls,
    Duration connectTimeout,
    Duration readTimeout,
    int connectionsMax,
    Duration connectionWait)
    implements Checked {
  private static final Duration TIMEOUT_MIN = Duration.ofMillis(1);
  private static final Duration TIMEOUT_MAX = Duration.ofSeconds(10);
  private static final int CONNECTIONS_MAX = 1000;

  static ValkeySettings from(Settings settings) {
    var both = uri(settings, "larder.valkey.uri");
    return new ValkeySettings(
        uri(settings, "larder.valkey.cache.uri").or(() -> both),
        uri(settings, "larder.valkey.state.uri").or(() -> both),
        Tls.from(settings),
        settings.duration("larder.valkey.connect-timeout", TIMEOUT_MIN, TIMEOUT_MAX),
        settings.duration("larder.valkey.read-timeout", TIMEOUT_MIN, TIMEOUT_MAX),
        settings.integer("larder.valkey.connections-max", 1, CONNECTIONS_MAX),
        settings.duration("larder.valkey.connection-wait", TIMEOUT_MIN, TIMEOUT_MAX));
  }

  private static Optional<ValkeyUri> uri(Settings settings, String name) {
    return settings.text(name).map(found -> ValkeyUri.parse(name, found));
  }
}

package io.larder.ops;

import io.larder.setting.Checked;
import io.larder.setting.InvalidSetting;
import io.larder.setting.Settings;
import java.util.List;

/**
 * Settings that server.xml hands to the server itself; checked here, since the server would only
 * log that it could not listen.
 *
 * @param host name or address to listen on, {@code *} for all
 * @param port port to listen on
 */
record ServerSettings(String host, int port) implements Checked {
  private static final int PORT_MAX = 65_535;

  /** What others check: the server's store of sessions, and the server. */
  private static final List<String> OF_OTHERS =
      List.of("larder.jcache.ttl", "larder.jcache.classes", "larder.log.levels");

  static ServerSettings from(Settings settings) {
    var host = "larder.http.host";
    for (var name : OF_OTHERS) {
      // so that it is not taken for one that there is not
      var unused = settings.text(name);
    }
    return new ServerSettings(
        settings
            .text(host)
            .orElseThrow(() -> new InvalidSetting(host, "a host name, an address or *", "missing")),
        settings.integer("larder.http.port", 1, PORT_MAX));
  }
}

package io.larder.valkey;

import io.larder.setting.MapConfig;
import io.larder.telemetry.Discarded;
import io.larder.telemetry.Telemetry;
import java.util.HashMap;
import java.util.Map;

/** Stores for tests of other rooms, with the settings as they are shipped. */
public final class TestValkey {
  private TestValkey() {}

  /** A store at that address. */
  public static Valkey at(String uri) {
    return at(uri, Map.of());
  }

  /** What a store that gives no answer throws. */
  public static ValkeyUnavailable unavailable() {
    return new ValkeyUnavailable("out of reach, says the test");
  }

  /** Both stores at that address, with settings of a test's own. */
  public static ValkeyStores stores(String uri, Map<String, String> settings) {
    var all = new HashMap<>(settings);
    all.put("larder.valkey.uri", uri);
    var valkey = ValkeySettings.from(MapConfig.settings(all));
    var telemetry = Discarded.telemetry();
    return new ValkeyStores(
        valkey.cache().map(one -> new Valkey("cache", one, valkey, telemetry)),
        valkey.state().map(one -> new Valkey("state", one, valkey, telemetry)));
  }

  /** A store at that address, with settings of a test's own. */
  public static Valkey at(String uri, Map<String, String> settings) {
    return at(uri, settings, Discarded.telemetry());
  }

  /** A store at that address, with settings of a test's own, that counts there. */
  static Valkey at(String uri, Map<String, String> settings, Telemetry telemetry) {
    var all = new HashMap<>(settings);
    all.put("larder.valkey.uri", uri);
    var valkey = ValkeySettings.from(MapConfig.settings(all));
    return new Valkey("cache", valkey.cache().orElseThrow(), valkey, telemetry);
  }
}

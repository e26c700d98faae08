package io.larder.cache;

import io.larder.setting.MapConfig;
import io.larder.telemetry.Telemetry;
import io.larder.valkey.ValkeyStores;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;

/** Caches and settings for tests of other rooms, wired as in the server. */
public final class Caches {
  private Caches() {}

  /** A cache in memory. */
  public static Cache memory(InstantSource clock, Telemetry telemetry) {
    return open(new ValkeyStores(Optional.empty(), Optional.empty()), clock, telemetry);
  }

  /** One node's cache over these stores. */
  public static Cache open(ValkeyStores stores, InstantSource clock, Telemetry telemetry) {
    return Cache.open(StoreSettings.from(MapConfig.settings(Map.of())), stores, clock, telemetry);
  }

  /** The shipped settings, and what a test says. */
  public static CacheSettings settings(Map<String, String> values) {
    return CacheSettings.from(MapConfig.settings(values));
  }
}

package io.larder.cache;

import io.larder.setting.InvalidSetting;
import io.larder.setting.Settings;
import java.time.Duration;
import java.util.Map;

/**
 * Settings under {@code larder.cache}; defaults and reasons stand in
 * microprofile-config.properties.
 *
 * @param scope who shares answers; live
 * @param ttls time to live by cache type, 1 s to 366 days; live
 * @param onlyDeterministic whether only answers to requests with temperature 0 or a seed are kept;
 *     live
 * @param valueBytesMax largest answer kept; live
 * @param memoryBytesMax what this node's memory may hold of answers; read at the start
 */
public record CacheSettings(
    Scope scope,
    Map<String, Duration> ttls,
    boolean onlyDeterministic,
    int valueBytesMax,
    int memoryBytesMax) {
  private static final Duration TTL_MIN = Duration.ofSeconds(1);
  private static final Duration TTL_MAX = Duration.ofDays(366);
  private static final int MIB = 1024 * 1024;

  /** Who shares answers. */
  public enum Scope {
    /** Each user has answers of their own. */
    USER,
    /** Users of one tenant share. */
    TENANT,
    /** All share. */
    GLOBAL
  }

  public CacheSettings {
    ttls = Map.copyOf(ttls);
  }

  static CacheSettings from(Settings settings) {
    return new CacheSettings(
        settings.oneOf("larder.cache.scope", Scope.class),
        Map.of("chat", settings.duration("larder.cache.ttl.chat", TTL_MIN, TTL_MAX)),
        settings.flag("larder.cache.only-deterministic"),
        settings.integer("larder.cache.value-bytes-max", 1024, 64 * MIB),
        settings.integer("larder.cache.memory-bytes-max", MIB, Integer.MAX_VALUE));
  }

  /** Time to live of a cache type. */
  public Duration ttl(String type) {
    var ttl = ttls.get(type);
    if (ttl == null) {
      throw new InvalidSetting("larder.cache.ttl." + type, "set", "missing");
    }
    return ttl;
  }
}

package io.larder.cache;

import io.larder.setting.Checked;
import io.larder.setting.Settings;
import java.time.Duration;
import java.util.Optional;

/**
 * Settings under {@code larder.cache} that are read at the start; defaults and reasons stand in
 * microprofile-config.properties.
 *
 * @param memoryBytesMax what this node's memory may hold of values
 * @param nearTimeMax how long a copy in memory is used before Valkey is asked again, 1 s to 1 h
 * @param compressBytesMin smallest value that is compressed in Valkey
 * @param encryption how values are sealed in Valkey; empty = not at all
 */
public record StoreSettings(
    int memoryBytesMax, Duration nearTimeMax, int compressBytesMin, Optional<Encryption> encryption)
    implements Checked {
  private static final int MIB = 1024 * 1024;

  static StoreSettings from(Settings settings) {
    var key = "larder.cache.encryption-key";
    return new StoreSettings(
        settings.integer("larder.cache.memory-bytes-max", MIB, Integer.MAX_VALUE),
        settings.duration("larder.cache.near-ttl", Duration.ofSeconds(1), Duration.ofHours(1)),
        settings.integer("larder.cache.compress-bytes-min", 0, 64 * MIB),
        Encryption.of(key, settings.list(key)));
  }
}

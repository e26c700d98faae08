package io.larder.cache;

import io.larder.setting.Live;
import io.larder.setting.Settings;
import io.larder.telemetry.Telemetry;
import io.larder.valkey.ValkeyStores;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.InstantSource;

/** Wires this package. */
@ApplicationScoped
class CacheBeans {
  @Produces
  @Singleton
  Live<CacheSettings> settings(Settings settings) {
    return new Live<>(() -> CacheSettings.from(settings), System::nanoTime);
  }

  @Produces
  @Singleton
  Cache cache(Live<CacheSettings> settings, ValkeyStores stores, Telemetry telemetry) {
    var clock = InstantSource.system();
    return new Cache(
        new MemoryStore(settings.get().memoryBytesMax(), clock),
        stores.cache().map(valkey -> new ValkeyStore(valkey, clock, telemetry)),
        clock,
        telemetry);
  }
}

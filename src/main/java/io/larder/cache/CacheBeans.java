package io.larder.cache;

import io.larder.setting.Live;
import io.larder.setting.Settings;
import io.larder.telemetry.Telemetry;
import io.larder.valkey.ValkeyStores;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
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
  StoreSettings storeSettings(Settings settings) {
    return StoreSettings.from(settings);
  }

  @Produces
  @Singleton
  Cache cache(StoreSettings settings, ValkeyStores stores, Telemetry telemetry) {
    return Cache.open(settings, stores, InstantSource.system(), telemetry);
  }

  @Produces
  @Singleton
  Figures figures(ValkeyStores stores) {
    return new Figures(stores.state());
  }

  void close(@Disposes Figures figures) {
    figures.close();
  }

  void close(@Disposes Cache cache) {
    cache.close();
  }
}

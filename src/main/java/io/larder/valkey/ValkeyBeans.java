package io.larder.valkey;

import io.larder.setting.Settings;
import io.larder.telemetry.Telemetry;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** Wires this package. */
@ApplicationScoped
class ValkeyBeans {
  @Produces
  @Singleton
  ValkeySettings settings(Settings settings) {
    return ValkeySettings.from(settings);
  }

  @Produces
  @Singleton
  ValkeyStores stores(ValkeySettings settings, Telemetry telemetry) {
    var stores =
        new ValkeyStores(
            settings.cache().map(uri -> new Valkey("cache", uri, settings, telemetry)),
            settings.state().map(uri -> new Valkey("state", uri, settings, telemetry)));
    stores.cache().ifPresent(store -> store.count(telemetry));
    stores.state().ifPresent(store -> store.count(telemetry));
    return stores;
  }

  void close(@Disposes ValkeyStores stores) {
    stores.cache().ifPresent(Valkey::close);
    stores.state().ifPresent(Valkey::close);
  }
}

package io.larder.live;

import io.larder.cache.StoreSettings;
import io.larder.setting.Settings;
import io.larder.telemetry.Telemetry;
import io.larder.valkey.ValkeyStores;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.HexFormat;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;

/** Wires this package. */
@ApplicationScoped
class LiveBeans {
  @Produces
  @Singleton
  LiveSettings settings(Settings settings) {
    return LiveSettings.from(settings);
  }

  @Produces
  @Singleton
  Flights flights(
      LiveSettings settings, ValkeyStores stores, StoreSettings sealing, Telemetry telemetry) {
    var node = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
    return new Flights(
        settings,
        listener ->
            stores
                .cache()
                .<SharedLogs>map(valkey -> new ValkeyLogs(valkey, node, Flights.LEASE, listener))
                .orElseGet(Alone::new),
        new Records(sealing.encryption()),
        Flights.LEASE,
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("larder-flight-", 0).factory()),
        telemetry);
  }

  @Produces
  @Singleton
  StreamIds streamIds(ValkeyStores stores) {
    return new StreamIds(new SharedSecret(stores.state(), System::nanoTime));
  }

  void close(@Disposes Flights flights) {
    flights.close();
  }
}

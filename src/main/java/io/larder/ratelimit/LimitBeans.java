package io.larder.ratelimit;

import io.larder.setting.Live;
import io.larder.setting.Settings;
import io.larder.telemetry.Telemetry;
import io.larder.valkey.ValkeyStores;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/** Wires this package. */
@ApplicationScoped
class LimitBeans {
  @Produces
  @Singleton
  Live<LimitSettings> settings(Settings settings) {
    return new Live<>(() -> LimitSettings.from(settings), System::nanoTime);
  }

  @Produces
  @Singleton
  Limits limits(Live<LimitSettings> settings, ValkeyStores stores, Telemetry telemetry) {
    var clock = monotonic(InstantSource.system(), System::nanoTime);
    return new Limits(
        settings,
        stores.state().map(valkey -> new ValkeyCounters(valkey, Counters.LEASE)),
        new MemoryCounters(clock),
        telemetry,
        System::nanoTime);
  }

  /** The time of now, from which it goes on evenly: steps of the system's clock change nothing. */
  private static InstantSource monotonic(InstantSource clock, LongSupplier nanoTime) {
    var begin = clock.instant();
    long nanos = nanoTime.getAsLong();
    return () -> begin.plusNanos(nanoTime.getAsLong() - nanos);
  }

  void close(@Disposes Limits limits) {
    limits.close();
  }
}

package io.larder.cached;

import io.larder.cache.Cache;
import io.larder.cache.CacheSettings;
import io.larder.cache.Figures;
import io.larder.setting.Live;
import io.larder.telemetry.Telemetry;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.ContextNotActiveException;
import jakarta.enterprise.context.RequestScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import jakarta.json.bind.Jsonb;
import jakarta.json.bind.JsonbBuilder;
import jakarta.json.bind.JsonbConfig;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/** Wires this package. */
@ApplicationScoped
class CachedBeans {
  @Produces
  @RequestScoped
  CurrentCaller currentCaller() {
    return new CurrentCaller();
  }

  @Produces
  @Singleton
  Binding binding() {
    return new Binding(JsonbBuilder.create(config()));
  }

  /** Larder's own, so that an application's does not change what keys and values look like. */
  record Binding(Jsonb jsonb) {}

  /** Nulls are written: a map must come back with those it had. */
  static JsonbConfig config() {
    return new JsonbConfig().withNullValues(true);
  }

  void close(@Disposes Binding binding) throws Exception {
    binding.jsonb().close();
  }

  @Produces
  @Singleton
  Caching caching(
      Cache cache,
      Live<CacheSettings> settings,
      Binding binding,
      CurrentCaller current,
      Telemetry telemetry,
      Figures figures) {
    return new Caching(
        cache,
        new Shelf(
            cache,
            settings,
            new Values(binding.jsonb()),
            InstantSource.system(),
            RandomGenerator.getDefault(),
            telemetry),
        new Parts(binding.jsonb()),
        new Flights(System::nanoTime),
        new Turns(cache, CachedBeans::pause, System::nanoTime),
        () -> {
          try {
            return current.caller();
          } catch (ContextNotActiveException noRequest) {
            return Optional.empty();
          }
        },
        telemetry,
        figures);
  }

  private static void pause(Duration time) {
    try {
      TimeUnit.NANOSECONDS.sleep(time.toNanos());
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }
}

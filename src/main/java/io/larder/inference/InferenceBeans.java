package io.larder.inference;

import io.larder.cache.Cache;
import io.larder.cache.CacheSettings;
import io.larder.cache.Figures;
import io.larder.live.Flights;
import io.larder.live.StreamIds;
import io.larder.provider.Providers;
import io.larder.ratelimit.Limits;
import io.larder.setting.Live;
import io.larder.setting.Settings;
import io.larder.telemetry.Telemetry;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.random.RandomGenerator;

/** Wires this package. */
@ApplicationScoped
class InferenceBeans {
  @Produces
  @Singleton
  InferenceSettings settings(Settings settings) {
    return InferenceSettings.from(settings);
  }

  @Produces
  @Singleton
  Waiters waiters(Telemetry telemetry) {
    return new Waiters(telemetry.traces());
  }

  void close(@Disposes Waiters waiters) {
    waiters.close();
  }

  @Produces
  @Singleton
  RefreshAhead refreshAhead(Live<CacheSettings> settings) {
    return new RefreshAhead(() -> settings.get().refreshAhead());
  }

  void close(@Disposes RefreshAhead refreshAhead) {
    refreshAhead.close();
  }

  @Produces
  @Singleton
  Charges charges(Limits limits) {
    return new Charges(limits);
  }

  @Produces
  @Singleton
  Inference inference(
      Providers providers,
      Cache cache,
      Live<CacheSettings> cacheSettings,
      Flights flights,
      StreamIds streamIds,
      InferenceSettings settings,
      Waiters waiters,
      Telemetry telemetry,
      Figures figures,
      RefreshAhead refreshAhead,
      Charges charges) {
    return new Inference(
        providers,
        cache,
        cacheSettings,
        flights,
        streamIds,
        settings,
        waiters,
        telemetry,
        figures,
        refreshAhead,
        charges,
        InstantSource.system(),
        RandomGenerator.getDefault());
  }

  @Produces
  @Singleton
  Streams streams(
      StreamIds streamIds,
      Cache cache,
      Live<CacheSettings> cacheSettings,
      Flights flights,
      InferenceSettings settings,
      Telemetry telemetry) {
    return new Streams(
        streamIds, cache, cacheSettings, flights, settings, telemetry, InstantSource.system());
  }

  @Produces
  @Singleton
  Warming warming(Inference inference, InferenceSettings settings) {
    return new Warming(inference, settings);
  }

  @Produces
  @Singleton
  Models models(Providers providers, Waiters waiters) {
    return new Models(providers, waiters, System::nanoTime);
  }
}

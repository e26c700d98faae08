package io.larder.provider;

import io.larder.guard.Watch;
import io.larder.model.Glob;
import io.larder.provider.Attempts.Patience;
import io.larder.setting.Settings;
import io.larder.telemetry.Telemetry;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;

/** Wires this package. */
@ApplicationScoped
class ProviderBeans {
  /** A quick model's rhythm: some 25 words a second. */
  private static final Duration DEMO_PER_WORD = Duration.ofMillis(40);

  /** Where the vendors' own clients find their keys, by the names of the providers. */
  private static final Map<String, String> KEY_VARIABLES =
      Map.of("openai", "OPENAI_API_KEY", "anthropic", "ANTHROPIC_API_KEY");

  @Produces
  @Singleton
  ProviderSettings settings(Settings settings) {
    var keys = new HashMap<String, String>();
    KEY_VARIABLES.forEach(
        (provider, variable) -> {
          var key = System.getenv(variable);
          if (key != null && !key.isBlank()) {
            keys.put(provider, key);
          }
        });
    return ProviderSettings.from(settings, keys);
  }

  @Produces
  @Singleton
  Watch watch() {
    return Watch.start("larder-watch");
  }

  void close(@Disposes Watch watch) {
    watch.close();
  }

  @Produces
  @Singleton
  Providers providers(ProviderSettings settings, Watch watch, Telemetry telemetry) {
    return new Providers(
        settings.providers().stream()
            .map(one -> served(one, watch, telemetry, System::nanoTime))
            .toList(),
        new Attempts(
            InstantSource.system(), Thread::sleep, () -> ThreadLocalRandom.current().nextLong()));
  }

  /** A provider as it is configured. */
  static Providers.Served served(
      ProviderSettings.One settings, Watch watch, Telemetry telemetry, LongSupplier nanoTime) {
    var slots = new Slots(settings.connectionsMax(), settings.queueMax(), settings.queueWait());
    return new Providers.Served(
        new Guarded(provider(settings, watch), slots, telemetry, nanoTime),
        settings.models().stream().map(Glob::new).toList(),
        new Patience(settings.retries(), settings.retryWaitMax()));
  }

  private static Provider provider(ProviderSettings.One settings, Watch watch) {
    return switch (settings.kind()) {
      case OPENAI, ANTHROPIC -> new HttpProvider(settings, transport(settings), watch);
      case DEMO -> new DemoProvider(settings.name(), DEMO_PER_WORD);
    };
  }

  private static Transport transport(ProviderSettings.One settings) {
    return settings.http2()
        ? new Http2Transport(settings.connectionsMax(), settings.connectTimeout())
        : new Http1Transport(settings.connectionsMax(), settings.connectTimeout());
  }

  void close(@Disposes Providers providers) throws IOException {
    for (var provider : providers.all()) {
      if (provider instanceof Closeable closeable) {
        closeable.close();
      }
    }
  }
}

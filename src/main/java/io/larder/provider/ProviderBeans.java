package io.larder.provider;

import io.larder.guard.Watch;
import io.larder.setting.Settings;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/** Wires this package. */
@ApplicationScoped
class ProviderBeans {
  /** A quick model's rhythm: some 25 words a second. */
  private static final Duration DEMO_PER_WORD = Duration.ofMillis(40);

  @Produces
  @Singleton
  ProviderSettings settings(Settings settings) {
    var vendorKey = Optional.ofNullable(System.getenv("OPENAI_API_KEY")).filter(k -> !k.isBlank());
    return ProviderSettings.from(settings, vendorKey);
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
  Providers providers(ProviderSettings settings, Watch watch) {
    return new Providers(
        settings.providers().stream()
            .map(
                one ->
                    new Providers.Served(
                        provider(one, watch), one.models().stream().map(Providers::glob).toList()))
            .toList());
  }

  private static Provider provider(ProviderSettings.One settings, Watch watch) {
    return switch (settings.kind()) {
      case OPENAI -> new HttpProvider(settings, watch);
      case DEMO -> new DemoProvider(settings.name(), DEMO_PER_WORD);
    };
  }

  void close(@Disposes Providers providers) throws IOException {
    for (var provider : providers.all()) {
      if (provider instanceof HttpProvider http) {
        http.close();
      }
    }
  }
}

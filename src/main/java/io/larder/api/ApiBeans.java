package io.larder.api;

import io.larder.setting.Live;
import io.larder.setting.Settings;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** Wires this package. */
@ApplicationScoped
class ApiBeans {
  @Produces
  @Singleton
  ApiSettings settings(Settings settings) {
    return ApiSettings.from(settings);
  }

  @Produces
  @Singleton
  Live<RequestLogSettings> requestLog(Settings settings) {
    return new Live<>(() -> RequestLogSettings.from(settings), System::nanoTime);
  }
}

package io.larder.ops;

import io.larder.setting.Settings;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** Wires this package. */
@ApplicationScoped
class OpsBeans {
  @Produces
  @Singleton
  ServerSettings settings(Settings settings) {
    return ServerSettings.from(settings);
  }
}

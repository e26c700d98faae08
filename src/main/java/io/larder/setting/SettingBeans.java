package io.larder.setting;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.config.Config;

/** Wires this package. */
@ApplicationScoped
class SettingBeans {
  @Produces
  @Singleton
  Settings settings(Config config) {
    return new Settings(config);
  }
}

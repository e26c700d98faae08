package io.larder.access;

import io.larder.setting.Settings;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** Wires this package. */
@ApplicationScoped
class AccessBeans {
  @Produces
  @Singleton
  AccessSettings settings(Settings settings) {
    return AccessSettings.from(settings);
  }

  @Produces
  @Singleton
  Credentials credentials(AccessSettings settings) {
    return new Credentials(settings);
  }
}

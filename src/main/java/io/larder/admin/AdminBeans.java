package io.larder.admin;

import io.larder.cache.Figures;
import io.larder.setting.Settings;
import io.larder.valkey.ValkeyStores;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.Initialized;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.InstantSource;

/** Wires this package. */
@ApplicationScoped
class AdminBeans {
  @Produces
  @Singleton
  EventSettings settings(Settings settings) {
    return EventSettings.from(settings);
  }

  @Produces
  @Singleton
  Live live(Figures figures, ValkeyStores stores) {
    return new Live(figures, stores, InstantSource.system(), System::nanoTime);
  }

  @Produces
  @Singleton
  History history(Live live) {
    return live.history();
  }

  @Produces
  @Singleton
  Pulse pulse(Live live, EventSettings settings) {
    return new Pulse(live, settings, System::nanoTime);
  }

  void close(@Disposes Pulse pulse) {
    pulse.close();
  }

  /** History begins with the server, not with the first who asks for it. */
  void begin(@Observes @Initialized(ApplicationScoped.class) Object started, Pulse pulse) {}
}

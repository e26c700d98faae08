package io.larder.access;

import io.larder.setting.Settings;
import io.larder.valkey.ValkeyStores;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.InstantSource;

/** Wires this package. */
@ApplicationScoped
class AccessBeans {
  private static final InstantSource CLOCK = InstantSource.system();

  @Produces
  @Singleton
  AccessSettings settings(Settings settings) {
    return AccessSettings.from(settings);
  }

  @Produces
  @Singleton
  KeyStore store(ValkeyStores stores) {
    return stores
        .state()
        .<KeyStore>map(valkey -> new ValkeyKeys(valkey, CLOCK))
        .orElseGet(() -> new MemoryKeys(CLOCK));
  }

  @Produces
  @Singleton
  Near<ApiKey> near(KeyStore store) {
    return new Near<>(store::find, System::nanoTime);
  }

  @Produces
  @Singleton
  Uses uses(KeyStore store) {
    return new Uses(store::used, CLOCK, "larder-key-uses");
  }

  void close(@Disposes Uses uses) {
    uses.close();
  }

  @Produces
  @Singleton
  BrowserSessions sessions(ValkeyStores stores) {
    return new BrowserSessions(
        stores
            .state()
            .<SessionStore>map(ValkeySessions::new)
            .orElseGet(() -> new MemorySessions(CLOCK)),
        CLOCK,
        System::nanoTime);
  }

  void close(@Disposes BrowserSessions sessions) {
    sessions.close();
  }

  @Produces
  @Singleton
  Credentials credentials(AccessSettings settings, Near<ApiKey> near, Uses uses) {
    return new Credentials(settings, near, uses, CLOCK);
  }

  @Produces
  @Singleton
  Keys keys(KeyStore store, Near<ApiKey> near) {
    return new Keys(store, near, CLOCK);
  }
}

package io.larder.ops;

import io.larder.valkey.Valkey;
import io.larder.valkey.ValkeyStores;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import java.util.Optional;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/**
 * The two stores, each OK, DEGRADED (out of reach, each node goes on alone), FULL (it takes nothing
 * new) or MEMORY (none configured). Always up, since Larder serves in each of these states.
 */
@ApplicationScoped
class ValkeyHealth {
  @Inject ValkeyStores stores;

  @Produces
  @Readiness
  HealthCheck cache() {
    return () -> check("valkey-cache", stores.cache());
  }

  @Produces
  @Readiness
  HealthCheck state() {
    return () -> check("valkey-state", stores.state());
  }

  private static HealthCheckResponse check(String name, Optional<Valkey> store) {
    var check = HealthCheckResponse.named(name).up();
    if (store.isEmpty()) {
      return check.withData("state", "MEMORY").build();
    }
    return check
        .withData("state", store.get().condition())
        .withData("breaker", store.get().breaker())
        .withData("opened", store.get().opened())
        .build();
  }
}

package io.larder.ops;

import io.larder.guard.Breaker;
import io.larder.valkey.ValkeyStores;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/**
 * The store of answers: OK, DEGRADED (out of reach, each node answers from its own memory) or
 * MEMORY (none configured). Always up, since Larder serves in each of these states.
 */
@Readiness
@ApplicationScoped
class ValkeyHealth implements HealthCheck {
  @Inject ValkeyStores stores;

  @Override
  public HealthCheckResponse call() {
    var check = HealthCheckResponse.named("valkey-cache").up();
    if (stores.cache().isEmpty()) {
      return check.withData("state", "MEMORY").build();
    }
    var breaker = stores.cache().get().state();
    return check
        .withData("state", breaker == Breaker.State.CLOSED ? "OK" : "DEGRADED")
        .withData("breaker", breaker.name())
        .build();
  }
}

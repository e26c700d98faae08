package io.larder.ops;

import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;
import org.eclipse.microprofile.health.Startup;

/**
 * Started and alive: the application answers. Nothing is looked at that a restart would not mend.
 */
@Liveness
@Startup
@ApplicationScoped
class ProcessHealth implements HealthCheck {
  @Override
  public HealthCheckResponse call() {
    return HealthCheckResponse.up("larder");
  }
}

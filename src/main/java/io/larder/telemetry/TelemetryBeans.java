package io.larder.telemetry;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.metrics.MetricRegistry;

/** Wires this package. */
@ApplicationScoped
class TelemetryBeans {
  @Produces
  @Singleton
  Telemetry telemetry(MetricRegistry registry) {
    return new Telemetry(registry);
  }
}

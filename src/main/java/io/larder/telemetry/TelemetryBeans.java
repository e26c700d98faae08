package io.larder.telemetry;

import io.opentelemetry.api.OpenTelemetry;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.metrics.MetricRegistry;

/** Wires this package. */
@ApplicationScoped
class TelemetryBeans {
  @Produces
  @Singleton
  Telemetry telemetry(MetricRegistry registry, Instance<OpenTelemetry> openTelemetry) {
    // there where the server's feature mpTelemetry is
    var traces = openTelemetry.isResolvable() ? Traces.to(openTelemetry.get()) : Traces.OFF;
    return new Telemetry(registry, traces);
  }
}

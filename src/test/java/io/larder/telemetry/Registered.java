package io.larder.telemetry;

import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.microprofile.metrics.Counter;
import org.eclipse.microprofile.metrics.Metadata;
import org.eclipse.microprofile.metrics.MetricRegistry;
import org.eclipse.microprofile.metrics.Tag;
import org.eclipse.microprofile.metrics.Timer;

/** A registry that notes which metrics are asked for, under the names that Prometheus sees. */
final class Registered {
  private final Map<String, Described> metrics = new TreeMap<>();

  /** A metric's type, in the words of the reference, and the names of its tags. */
  record Described(String type, Set<String> tags) {
    Described {
      tags = Set.copyOf(tags);
    }
  }

  MetricRegistry registry() {
    return (MetricRegistry)
        Proxy.newProxyInstance(
            MetricRegistry.class.getClassLoader(),
            new Class<?>[] {MetricRegistry.class},
            (proxy, method, arguments) -> {
              var metadata = (Metadata) arguments[0];
              if (method.getReturnType() == Counter.class) {
                note(metadata.getName() + "_total", "counter", arguments);
              } else if (method.getReturnType() == Timer.class) {
                note(metadata.getName() + "_seconds", "histogram", arguments);
              } else {
                note(metadata.getName(), "gauge", arguments);
              }
              return Discarded.result(method);
            });
  }

  Map<String, Described> metrics() {
    return metrics;
  }

  private void note(String name, String type, Object[] arguments) {
    var tags =
        Stream.of(arguments)
            .filter(Tag[].class::isInstance)
            .flatMap(all -> Stream.of((Tag[]) all))
            .map(Tag::getTagName)
            .collect(Collectors.toSet());
    metrics.put(name, new Described(type, tags));
  }
}

package io.larder.telemetry;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import org.eclipse.microprofile.metrics.MetricRegistry;
import org.jspecify.annotations.Nullable;

/** Telemetry for tests that do not look at figures. */
public final class Discarded {
  private Discarded() {}

  /** Telemetry that keeps nothing. */
  public static Telemetry telemetry() {
    return new Telemetry(discarding(MetricRegistry.class));
  }

  private static <T> T discarding(Class<T> type) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> result(method)));
  }

  /** What a method gives that does nothing. */
  static @Nullable Object result(Method method) {
    return method.getReturnType().isInterface() ? discarding(method.getReturnType()) : null;
  }
}

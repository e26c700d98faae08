package io.larder.cached;

import io.larder.cache.Cache;
import io.larder.cache.Caches;
import io.larder.cache.Figures;
import io.larder.model.Caller;
import io.larder.telemetry.Telemetry;
import jakarta.json.bind.JsonbBuilder;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Calls annotated methods of a test's object as the container does. */
final class Bean {
  final Caching caching;
  final Flights flights = new Flights(System::nanoTime);
  volatile Optional<Caller> caller = Optional.empty();
  final Figures figures = new Figures(Optional.empty());
  private final Object target;

  Bean(Object target, Cache cache, InstantSource clock, Telemetry telemetry) {
    this(target, cache, clock, telemetry, Map.of());
  }

  Bean(
      Object target,
      Cache cache,
      InstantSource clock,
      Telemetry telemetry,
      Map<String, String> settings) {
    var jsonb = JsonbBuilder.create(CachedBeans.config());
    var read = Caches.settings(settings);
    this.target = target;
    this.caching =
        new Caching(
            cache,
            new Shelf(
                cache,
                () -> read,
                new Values(jsonb),
                clock,
                RandomGenerator.getDefault(),
                telemetry),
            new Parts(jsonb),
            flights,
            new Turns(cache, Bean::pause, System::nanoTime),
            () -> caller,
            telemetry,
            figures);
  }

  /** Calls the method of that name, which is the only one. */
  @Nullable Object call(String name, @Nullable Object... arguments) throws Exception {
    var method = method(target.getClass(), name);
    method.setAccessible(true);
    Work work =
        () -> {
          try {
            return method.invoke(target, arguments);
          } catch (InvocationTargetException thrown) {
            throw thrown.getCause() instanceof Exception exception ? exception : thrown;
          }
        };
    if (method.isAnnotationPresent(CachePut.class)) {
      return caching.put(method, arguments, work);
    }
    return method.isAnnotationPresent(CacheInvalidate.class)
        ? caching.invalidate(method, arguments, work)
        : caching.answer(method, arguments, work);
  }

  static Method method(Class<?> type, String name) {
    return Arrays.stream(type.getDeclaredMethods())
        .filter(method -> method.getName().equals(name) && !method.isSynthetic())
        .findFirst()
        .orElseThrow();
  }

  private static void pause(Duration time) {
    try {
      TimeUnit.NANOSECONDS.sleep(time.toNanos());
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }
}

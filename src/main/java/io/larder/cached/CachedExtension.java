package io.larder.cached;

import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.spi.AfterDeploymentValidation;
import jakarta.enterprise.inject.spi.DeploymentException;
import jakarta.enterprise.inject.spi.Extension;
import jakarta.enterprise.inject.spi.ProcessAnnotatedType;
import jakarta.enterprise.inject.spi.WithAnnotations;
import java.lang.reflect.Method;
import java.util.LinkedHashSet;
import java.util.Set;

/** Fails the deployment where an annotation asks for what cannot be; see {@link Faults}. */
public class CachedExtension implements Extension {
  private final Set<Class<?>> types = new LinkedHashSet<>();
  private final Set<Method> methods = new LinkedHashSet<>();

  void collect(
      @Observes
          @WithAnnotations({Cached.class, CachePut.class, CacheInvalidate.class, CacheKey.class})
          ProcessAnnotatedType<?> bean) {
    var type = bean.getAnnotatedType();
    types.add(type.getJavaClass());
    type.getMethods().forEach(method -> methods.add(method.getJavaMember()));
  }

  void report(@Observes AfterDeploymentValidation end) {
    types.forEach(type -> Faults.of(type).forEach(fault -> add(end, fault)));
    methods.forEach(method -> Faults.of(method).forEach(fault -> add(end, fault)));
    Faults.among(methods).forEach(fault -> add(end, fault));
  }

  private static void add(AfterDeploymentValidation end, String fault) {
    end.addDeploymentProblem(new DeploymentException(fault));
  }
}

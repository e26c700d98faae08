package io.larder.cached;

import jakarta.enterprise.util.Nonbinding;
import jakarta.interceptor.InterceptorBinding;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Calls the method in any case and keeps its result for {@link Cached} methods of the same type and
 * key. The value before is removed first, so that none is served which the method has made wrong;
 * of results that come at the same time none is kept but the one nobody has interfered with.
 */
@Documented
@InterceptorBinding
@Retention(RetentionPolicy.RUNTIME)
// a type only so that the interceptor itself can carry it
@Target({ElementType.METHOD, ElementType.TYPE})
public @interface CachePut {
  /** As {@link Cached#type}. */
  @Nonbinding
  String type();

  /** As {@link Cached#ttl}. */
  @Nonbinding
  String ttl() default "PT10M";

  /** As {@link Cached#tags}. */
  @Nonbinding
  String[] tags() default {};

  /** As {@link Cached#scope}. */
  @Nonbinding
  Scope scope() default Scope.GLOBAL;

  /** As {@link Cached#emptyTtl}. */
  @Nonbinding
  String emptyTtl() default "";
}

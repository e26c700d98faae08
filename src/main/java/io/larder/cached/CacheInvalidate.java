package io.larder.cached;

import jakarta.enterprise.util.Nonbinding;
import jakarta.interceptor.InterceptorBinding;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Invalidates, after the method has returned normally, on all nodes: what is filed under {@link
 * #tags}, or the whole type, or else the one value of that type and key. Values being made then are
 * not kept.
 *
 * <p>While Valkey is out of reach the method works all the same. The invalidation is then owed:
 * until it is written this node answers no annotated method from the cache.
 */
@Documented
@InterceptorBinding
@Retention(RetentionPolicy.RUNTIME)
// a type only so that the interceptor itself can carry it
@Target({ElementType.METHOD, ElementType.TYPE})
public @interface CacheInvalidate {
  /** As {@link Cached#type}; not needed where there are tags. */
  @Nonbinding
  String type() default "";

  /** Tags whose values are no longer good, as {@link Cached#tags}. */
  @Nonbinding
  String[] tags() default {};

  /** Whose value it is, as {@link Cached#scope}; tags and whole types are of all callers. */
  @Nonbinding
  Scope scope() default Scope.GLOBAL;

  /** Whether to invalidate everything of the type. */
  @Nonbinding
  boolean all() default false;
}

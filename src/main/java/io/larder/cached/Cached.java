package io.larder.cached;

import jakarta.enterprise.util.Nonbinding;
import jakarta.interceptor.InterceptorBinding;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Answers from the cache, or calls the method once and keeps its result.
 *
 * <ul>
 *   <li>The key is the type and the parameters with {@link CacheKey}, or else all parameters.
 *   <li>Calls for one key at the same time wait for one call of the method, a minute at most.
 *   <li>Exceptions are thrown as they are, to all who wait, and never kept.
 *   <li>Without Valkey every call works: values are kept in this node's memory, or not at all.
 *   <li>Calls from within the same object bypass the cache, as with every interceptor of CDI.
 * </ul>
 *
 * What a method may return is told in docs/guide/cached.md; what it may not fails the deployment.
 */
@Documented
@InterceptorBinding
@Retention(RetentionPolicy.RUNTIME)
// a type only so that the interceptor itself can carry it
@Target({ElementType.METHOD, ElementType.TYPE})
public @interface Cached {
  /** The cache type, {@code [a-z][a-z0-9-]{0,31}}; begins every key, and has figures of its own. */
  @Nonbinding
  String type();

  /**
   * Time to live, in ISO-8601, from 1 s to 366 days, made up to a tenth shorter so that not all
   * expires together. The operator's {@code larder.cache.ttl.<type>} wins over it.
   */
  @Nonbinding
  String ttl() default "PT10M";

  /**
   * What to file values under, at most 16: text in which <code>{name}</code> or <code>{0}</code>
   * stands for a parameter.
   */
  @Nonbinding
  String[] tags() default {};

  /** Who shares values. Other than GLOBAL needs a caller, else {@link IllegalStateException}. */
  @Nonbinding
  Scope scope() default Scope.GLOBAL;

  /** Time to live of null and of an empty Optional, as {@link #ttl}; "" = they are not kept. */
  @Nonbinding
  String emptyTtl() default "";

  /**
   * Whether one call of the method is enough for all nodes. The others wait, looking again every 5
   * to 50 ms, for 10 s or the time to live, whichever is shorter; then they call it too.
   */
  @Nonbinding
  boolean acrossNodes() default false;
}

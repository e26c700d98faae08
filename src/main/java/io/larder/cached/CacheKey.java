package io.larder.cached;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a parameter that is part of the key. Where a method has none, all its parameters are.
 *
 * <p>Null, numbers, text, enums, UUID, Instant, and whatever JSON-B can write may be parts. Values
 * that JSON-B writes alike are one key; a value without properties is refused with {@link
 * IllegalArgumentException}.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.PARAMETER)
public @interface CacheKey {}

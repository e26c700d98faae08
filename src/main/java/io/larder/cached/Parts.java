package io.larder.cached;

import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import jakarta.json.bind.Jsonb;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Parameters as text for keys and tags: equal for equal values on every node, whatever order a map
 * or set happens to have there.
 */
final class Parts {
  private static final Set<Class<?>> SCALARS =
      Set.of(
          String.class,
          Character.class,
          Boolean.class,
          Byte.class,
          Short.class,
          Integer.class,
          Long.class,
          Float.class,
          Double.class,
          BigInteger.class,
          BigDecimal.class,
          UUID.class,
          Instant.class);
  private static final String NULL = "~";

  private final Jsonb jsonb;

  Parts(Jsonb jsonb) {
    this.jsonb = jsonb;
  }

  /**
   * A part of a key: of letters, digits and {@code . _ - % = ~}. Text and other scalars stand
   * percent-encoded; null is {@code ~}; the rest is {@code =} and its JSON. Where the class is not
   * the declared one, it goes in too.
   *
   * @throws IllegalArgumentException if the value has nothing to tell it by
   */
  String key(Class<?> declared, @Nullable Object value) {
    if (value instanceof Optional<?> optional) {
      return key(Object.class, optional.orElse(null));
    }
    if (value == null) {
      return NULL;
    }
    boolean many = value instanceof Collection || value instanceof Map;
    var mark = many || isDeclared(declared, value) ? "" : "=" + encode(className(value)) + "=";
    return isScalar(value)
        ? mark + encode(text(value))
        : (mark.isEmpty() ? "=" : mark) + encode(json(value));
  }

  /** A parameter as people write it in a tag. */
  String tag(@Nullable Object value) {
    if (value instanceof Optional<?> optional) {
      return tag(optional.orElse(null));
    }
    return value == null || isScalar(value) ? text(value) : json(value);
  }

  private static boolean isDeclared(Class<?> declared, Object value) {
    var boxed = java.lang.invoke.MethodType.methodType(declared).wrap().returnType();
    return boxed == (value instanceof Enum<?> one ? one.getDeclaringClass() : value.getClass());
  }

  private static String className(Object value) {
    return value instanceof Enum<?> one
        ? one.getDeclaringClass().getName()
        : value.getClass().getName();
  }

  private static boolean isScalar(Object value) {
    return value instanceof Enum || SCALARS.contains(value.getClass());
  }

  private static String text(@Nullable Object value) {
    return value instanceof Enum<?> one ? one.name() : String.valueOf(value);
  }

  private String json(Object value) {
    if (value instanceof Set<?> set) {
      return set.stream()
          .map(one -> one == null ? "null" : json(one))
          .sorted()
          .collect(Collectors.joining(",", "[", "]"));
    }
    var json = canonical(jsonb.fromJson(jsonb.toJson(value), JsonValue.class));
    boolean mayBeEmpty =
        value instanceof Map
            || (value.getClass().isRecord() && value.getClass().getRecordComponents().length == 0);
    if (json.equals("{}") && !mayBeEmpty) {
      throw new IllegalArgumentException(
          value.getClass().getName() + " has no properties that a key could be made of");
    }
    return json;
  }

  /** JSON with the members of objects in order; numbers as they are written. */
  private static String canonical(JsonValue value) {
    return switch (value) {
      case JsonObject object ->
          new TreeMap<>(object)
              .entrySet().stream()
                  .map(one -> quote(one.getKey()) + ":" + canonical(one.getValue()))
                  .collect(Collectors.joining(",", "{", "}"));
      case JsonArray array ->
          array.stream().map(Parts::canonical).collect(Collectors.joining(",", "[", "]"));
      default -> value.toString();
    };
  }

  private static String quote(String name) {
    return jakarta.json.Json.createValue(name).toString();
  }

  /** Percent-encodes all but unreserved characters; half a surrogate pair is {@code %uXXXX}. */
  static String encode(String text) {
    var out = new StringBuilder(text.length() + 16);
    text.codePoints()
        .forEach(
            point -> {
              if (isPlain(point)) {
                out.append((char) point);
              } else if (point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE) {
                out.append(String.format(Locale.ROOT, "%%u%04X", point));
              } else {
                for (byte one : Character.toString(point).getBytes(StandardCharsets.UTF_8)) {
                  out.append(String.format(Locale.ROOT, "%%%02X", one));
                }
              }
            });
    return out.toString();
  }

  private static boolean isPlain(int point) {
    return (point >= 'a' && point <= 'z')
        || (point >= 'A' && point <= 'Z')
        || (point >= '0' && point <= '9')
        || point == '.'
        || point == '_'
        || point == '-';
  }
}

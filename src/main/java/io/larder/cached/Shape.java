package io.larder.cached;

import io.larder.digest.Sha256;
import java.lang.reflect.Field;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Set;

/**
 * A number for what a type is made of: its classes, outside the platform, with the names and types
 * of their fields, and theirs in turn. JSON-B reads text of a class that has changed since without
 * complaint and leaves nulls; with another shape it is not read at all.
 */
final class Shape {
  private final StringBuilder text = new StringBuilder();
  private final Set<Class<?>> seen = new HashSet<>();

  private Shape() {}

  static long of(Type type) {
    var shape = new Shape();
    shape.add(type);
    var bytes = shape.text.toString().getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.wrap(Sha256.of(bytes)).getLong();
  }

  private void add(Type type) {
    text.append(type.getTypeName()).append(';');
    switch (type) {
      case Class<?> plain -> addClass(plain);
      case ParameterizedType generic -> {
        add(generic.getRawType());
        Arrays.stream(generic.getActualTypeArguments()).forEach(this::add);
      }
      case GenericArrayType array -> add(array.getGenericComponentType());
      default -> {}
    }
  }

  private void addClass(Class<?> type) {
    if (type.isArray()) {
      add(type.getComponentType());
      return;
    }
    var name = type.getName();
    if (type.isPrimitive()
        || name.startsWith("java.")
        || name.startsWith("jakarta.")
        || !seen.add(type)) {
      return;
    }
    text.append('{');
    Arrays.stream(type.getDeclaredFields())
        .filter(field -> !Modifier.isStatic(field.getModifiers()) || field.isEnumConstant())
        .sorted(Comparator.comparing(Field::getName))
        .forEach(
            field -> {
              text.append(field.getName()).append(' ');
              add(field.getGenericType());
            });
    if (type.getGenericSuperclass() != null) {
      add(type.getGenericSuperclass());
    }
    text.append('}');
  }
}

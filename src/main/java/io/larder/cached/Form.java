package io.larder.cached;

import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Response;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * What a method returns, and so how it is kept.
 *
 * @param type of the value itself: without the stage, without the Optional, primitives boxed
 * @param stage whether it comes in a CompletionStage
 * @param optional whether it comes in an Optional
 * @param shape changes with the classes it is made of; see {@link Shape}
 * @param json whether a resource method promises JSON and nothing else
 */
record Form(Type type, Kind kind, boolean stage, boolean optional, long shape, boolean json) {

  /** How a value is written. */
  enum Kind {
    BYTES,
    TEXT,
    JSON,
    RESPONSE
  }

  static Form of(Method method) {
    var type = method.getGenericReturnType();
    boolean stage = isStage(type);
    type = stage ? argument(type) : type;
    boolean optional = raw(type) == Optional.class;
    type = optional ? argument(type) : type;
    if (type instanceof Class<?> primitive && primitive.isPrimitive()) {
      type = MethodType.methodType(primitive).wrap().returnType();
    }
    return new Form(type, kind(type), stage, optional, Shape.of(type), isJson(method));
  }

  private static Kind kind(Type type) {
    if (type == byte[].class) {
      return Kind.BYTES;
    }
    if (type == String.class) {
      return Kind.TEXT;
    }
    return type == Response.class ? Kind.RESPONSE : Kind.JSON;
  }

  private static boolean isJson(Method method) {
    var produces = method.getAnnotation(Produces.class);
    if (produces == null) {
      produces = method.getDeclaringClass().getAnnotation(Produces.class);
    }
    return produces != null && produces.value().length == 1 && isJson(produces.value()[0]);
  }

  /** Whether that is the media type of JSON, or of something written in it (RFC 6839). */
  static boolean isJson(String mediaType) {
    return mediaType.matches("application/([A-Za-z0-9.+-]+\\+)?json( *;.*)?");
  }

  static boolean isStage(Type type) {
    return raw(type) == CompletionStage.class || raw(type) == CompletableFuture.class;
  }

  /** The class of a type; of a type that has none, Object. */
  static Class<?> raw(Type type) {
    return switch (type) {
      case Class<?> plain -> plain;
      case ParameterizedType generic -> (Class<?>) generic.getRawType();
      default -> Object.class;
    };
  }

  /** The first type argument; Object where it is not said. */
  static Type argument(Type type) {
    return type instanceof ParameterizedType generic
        ? generic.getActualTypeArguments()[0]
        : Object.class;
  }
}

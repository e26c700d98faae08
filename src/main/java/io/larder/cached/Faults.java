package io.larder.cached;

import jakarta.interceptor.Interceptor;
import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** What is wrong with annotated methods, as far as it can be told before they are called. */
final class Faults {
  private static final List<Class<? extends Annotation>> CACHING =
      List.of(Cached.class, CachePut.class, CacheInvalidate.class);

  /** Read once or not at all; by name, since not all are on every class path. */
  private static final Set<String> STREAMS =
      Set.of(
          "java.util.stream.BaseStream",
          "java.io.InputStream",
          "java.io.Reader",
          "java.util.Iterator",
          "java.util.Spliterator",
          "java.util.Enumeration",
          "java.util.concurrent.Flow$Publisher",
          "org.reactivestreams.Publisher",
          "jakarta.ws.rs.core.StreamingOutput",
          "jakarta.ws.rs.sse.OutboundSseEvent",
          "jakarta.ws.rs.sse.SseBroadcaster",
          "jakarta.ws.rs.sse.SseEventSink",
          "jakarta.ws.rs.sse.SseEventSource");

  private Faults() {}

  /** What is wrong with a class, one line each. */
  static List<String> of(Class<?> type) {
    return type.isAnnotationPresent(Interceptor.class)
        ? List.of()
        : names(type).stream()
            .map(name -> type.getName() + ": " + name + " belongs on methods, not on the class")
            .toList();
  }

  /** What is wrong with a method, one line each. */
  static List<String> of(Method method) {
    var faults = new ArrayList<String>();
    var names = names(method);
    if (names.isEmpty()) {
      if (Arrays.stream(method.getParameters()).anyMatch(Faults::isKey)) {
        faults.add("@CacheKey means nothing without @Cached, @CachePut or @CacheInvalidate");
      }
    } else {
      if (names.size() > 1) {
        faults.add("a method carries one of " + String.join(", ", names) + ", not several");
      }
      unreachable(method).ifPresent(faults::add);
      var cached = method.getAnnotation(Cached.class);
      if (cached != null) {
        type(cached.type()).ifPresent(faults::add);
        count(cached.tags()).ifPresent(faults::add);
        wrong(() -> Terms.time("ttl", cached.ttl())).ifPresent(faults::add);
        wrong(() -> Terms.empty(cached.emptyTtl())).ifPresent(faults::add);
        tags(cached.tags(), method).forEach(faults::add);
        result(method.getGenericReturnType()).ifPresent(faults::add);
      }
      var put = method.getAnnotation(CachePut.class);
      if (put != null) {
        type(put.type()).ifPresent(faults::add);
        count(put.tags()).ifPresent(faults::add);
        wrong(() -> Terms.time("ttl", put.ttl())).ifPresent(faults::add);
        wrong(() -> Terms.empty(put.emptyTtl())).ifPresent(faults::add);
        tags(put.tags(), method).forEach(faults::add);
        result(method.getGenericReturnType()).ifPresent(faults::add);
      }
      var invalidate = method.getAnnotation(CacheInvalidate.class);
      if (invalidate != null) {
        count(invalidate.tags()).ifPresent(faults::add);
        tags(invalidate.tags(), method).forEach(faults::add);
        target(invalidate, method).ifPresent(faults::add);
      }
    }
    return faults.stream().map(fault -> place(method) + fault).toList();
  }

  /** What is wrong between methods: two that would find each other's values. */
  static List<String> among(Collection<Method> methods) {
    var first = new HashMap<String, Method>();
    var faults = new ArrayList<String>();
    for (var method : methods) {
      var cached = method.getAnnotation(Cached.class);
      if (cached != null && of(method).isEmpty()) {
        int keys = Naming.of(cached.type(), cached.scope(), new String[0], method).keys().size();
        var other = first.putIfAbsent(cached.type() + "/" + cached.scope() + "/" + keys, method);
        if (other != null) {
          faults.add(
              place(method)
                  + ("type \"" + cached.type() + "\" is that of ")
                  + place(other).replace(": ", "")
                  + " already, with as many key parameters: they would share values");
        }
      }
    }
    return faults;
  }

  private static String place(Method method) {
    return method.getDeclaringClass().getName() + "." + method.getName() + ": ";
  }

  private static List<String> names(AnnotatedElement element) {
    return CACHING.stream()
        .filter(element::isAnnotationPresent)
        .map(type -> "@" + type.getSimpleName())
        .toList();
  }

  private static boolean isKey(AnnotatedElement parameter) {
    return parameter.isAnnotationPresent(CacheKey.class);
  }

  private static Optional<String> unreachable(Method method) {
    int modifiers = method.getModifiers();
    boolean hidden =
        Modifier.isPrivate(modifiers)
            || Modifier.isStatic(modifiers)
            || Modifier.isFinal(modifiers);
    return hidden
        ? Optional.of("no interceptor can reach a private, static or final method")
        : Optional.empty();
  }

  private static Optional<String> type(String type) {
    return Naming.TYPE.matcher(type).matches()
        ? Optional.empty()
        : Optional.of("type must match " + Naming.TYPE + ", was \"" + type + "\"");
  }

  private static Optional<String> count(String[] tags) {
    return tags.length <= Tag.COUNT_MAX
        ? Optional.empty()
        : Optional.of("there may be " + Tag.COUNT_MAX + " tags, were " + tags.length);
  }

  private static Stream<String> tags(String[] tags, Method method) {
    return Arrays.stream(tags).flatMap(tag -> wrong(() -> Tag.parse(tag, method)).stream());
  }

  private static Optional<String> wrong(Supplier<?> reading) {
    try {
      var unused = reading.get();
      return Optional.empty();
    } catch (IllegalArgumentException fault) {
      return Optional.of(String.valueOf(fault.getMessage()));
    }
  }

  private static Optional<String> target(CacheInvalidate invalidate, Method method) {
    boolean tagged = invalidate.tags().length > 0;
    if (!tagged || !invalidate.type().isEmpty()) {
      if (!tagged && invalidate.type().isEmpty()) {
        return Optional.of("@CacheInvalidate with nothing to invalidate: no type and no tags");
      }
      var type = type(invalidate.type());
      if (type.isPresent()) {
        return type;
      }
    }
    if (tagged && invalidate.all()) {
      return Optional.of("@CacheInvalidate is for tags or for all of a type, not for both");
    }
    boolean keyed = Arrays.stream(method.getParameters()).anyMatch(Faults::isKey);
    return tagged || invalidate.all() || keyed || method.getParameterCount() == 0
        ? Optional.empty()
        : Optional.of(
            "@CacheInvalidate with nothing to invalidate: no tags, not all, and no parameter with"
                + " @CacheKey");
  }

  /** What keeps results of a type from being kept. */
  static Optional<String> result(Type returned) {
    var type = Form.isStage(returned) ? Form.argument(returned) : returned;
    type = Form.raw(type) == Optional.class ? Form.argument(type) : type;
    var raw = Form.raw(type);
    if (raw == void.class || raw == Void.class) {
      return Optional.of("void is nothing to keep");
    }
    return streams(raw)
        .map(name -> "a stream (" + name + ") can be read only once, so it cannot be kept")
        .or(() -> unreadable(returned));
  }

  /** The kind of stream that a class is, unless it is none. */
  static Optional<String> streams(Class<?> type) {
    if (STREAMS.contains(type.getName())) {
      return Optional.of(type.getName());
    }
    var above = new ArrayList<Class<?>>(List.of(type.getInterfaces()));
    if (type.getSuperclass() != null) {
      above.add(type.getSuperclass());
    }
    return above.stream().flatMap(one -> streams(one).stream()).findFirst();
  }

  private static Optional<String> unreadable(Type type) {
    return switch (type) {
      case Class<?> array when array.isArray() -> unreadable(array.getComponentType());
      case Class<?> plain ->
          isReadable(plain)
              ? Optional.empty()
              : Optional.of("a " + plain.getName() + " cannot be read back: name a class of data");
      case ParameterizedType generic ->
          Form.isStage(generic) || Form.raw(generic) == Optional.class
              ? unreadable(Form.argument(generic))
              : Stream.concat(
                      Stream.of(generic.getRawType()),
                      Arrays.stream(generic.getActualTypeArguments()))
                  .flatMap(one -> unreadable(one).stream())
                  .findFirst();
      case GenericArrayType array -> unreadable(array.getGenericComponentType());
      default -> Optional.of(type.getTypeName() + " cannot be read back: name a class of data");
    };
  }

  private static boolean isReadable(Class<?> type) {
    if (type == Object.class) {
      return false;
    }
    var name = type.getName();
    boolean known =
        (name.startsWith("java.util.") && !name.startsWith("java.util.concurrent."))
            || name.startsWith("jakarta.json.");
    return !type.isInterface()
        ? !java.util.concurrent.Future.class.isAssignableFrom(type)
        : known
            || Arrays.stream(type.getAnnotations())
                .anyMatch(one -> one.annotationType().getName().startsWith("jakarta.json.bind."));
  }
}

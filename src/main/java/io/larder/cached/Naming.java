package io.larder.cached;

import io.larder.cache.Key;
import io.larder.cache.Label;
import io.larder.digest.Sha256;
import io.larder.model.Caller;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * How values of an annotated method are named and what they are filed under.
 *
 * <p>A name is {@code type:part:part}, the tenant and user of a scope before the parameters, each
 * preceded by {@code @}; parts hold no colon and no at sign of their own. Names above {@value
 * #READABLE_BYTES_MAX} bytes, and those that look like what follows, are {@code type:} and the
 * SHA-256 of the name in hexadecimal.
 *
 * @param types of all parameters
 * @param keys numbers of the parameters that are part of the key
 */
record Naming(String type, Scope scope, List<Class<?>> types, List<Integer> keys, List<Tag> tags) {
  static final Pattern TYPE = Pattern.compile("[a-z][a-z0-9-]{0,31}");
  static final int READABLE_BYTES_MAX = 200;
  private static final Pattern HASHED = Pattern.compile("[^:]+:[0-9a-f]{64}");

  Naming {
    types = List.copyOf(types);
    keys = List.copyOf(keys);
    tags = List.copyOf(tags);
  }

  /**
   * Reads how a method's values are named.
   *
   * @throws IllegalArgumentException if a tag is wrong
   */
  static Naming of(String type, Scope scope, String[] tags, Method method) {
    var marked =
        IntStream.range(0, method.getParameterCount())
            .filter(i -> method.getParameters()[i].isAnnotationPresent(CacheKey.class))
            .boxed()
            .toList();
    return new Naming(
        type,
        scope,
        List.of(method.getParameterTypes()),
        marked.isEmpty() ? IntStream.range(0, method.getParameterCount()).boxed().toList() : marked,
        Arrays.stream(tags).map(tag -> Tag.parse(tag, method)).toList());
  }

  /** The key of a call. */
  Key key(@Nullable Object[] arguments, Optional<Caller> caller, Parts parts) {
    var name = new StringBuilder(type);
    caller.ifPresent(
        one -> {
          name.append(":@").append(Parts.encode(one.tenant()));
          if (scope == Scope.USER) {
            name.append(":@").append(Parts.encode(one.id()));
          }
        });
    for (int i : keys) {
      name.append(':').append(parts.key(types.get(i), arguments[i]));
    }
    // parts are ASCII, so characters are bytes
    boolean readable = name.length() <= READABLE_BYTES_MAX && !HASHED.matcher(name).matches();
    return new Key(type, readable ? name.toString() : type + ":" + Sha256.hex(name.toString()));
  }

  /** What the value of a call is filed under, beside its type. */
  Set<Label> labels(@Nullable Object[] arguments, Optional<Caller> caller, Parts parts) {
    var labels = new LinkedHashSet<Label>(tagLabels(arguments, parts));
    if (scope == Scope.USER) {
      caller.ifPresent(one -> labels.add(new Label(Label.Kind.USER, one.subject())));
    }
    return labels;
  }

  /** The tags of a call. */
  List<Label> tagLabels(@Nullable Object[] arguments, Parts parts) {
    var labels = new ArrayList<Label>();
    for (var tag : tags) {
      labels.add(new Label(Label.Kind.TAG, tag.fill(i -> parts.tag(arguments[i]))));
    }
    return labels;
  }
}

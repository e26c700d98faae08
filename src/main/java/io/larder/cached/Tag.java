package io.larder.cached;

import io.larder.digest.Sha256;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.regex.Pattern;

/**
 * A tag with places for parameters, such as <code>user:{id}</code>.
 *
 * @param pieces text and places in turn: text at even positions, numbers of parameters at odd ones
 */
record Tag(List<String> pieces) {
  static final int COUNT_MAX = 16;

  /** Longer ones are replaced by their hash. */
  static final int BYTES_MAX = 512;

  private static final Pattern PLACE = Pattern.compile("\\{([A-Za-z0-9_$]+)}");

  Tag {
    pieces = List.copyOf(pieces);
  }

  /**
   * Reads a tag of a method's annotation.
   *
   * @throws IllegalArgumentException saying what is wrong with it
   */
  static Tag parse(String text, Method method) {
    if (text.isBlank()) {
      throw new IllegalArgumentException("a tag must not be blank");
    }
    var pieces = new ArrayList<String>();
    var places = PLACE.matcher(text);
    int from = 0;
    while (places.find()) {
      pieces.add(literal(text, text.substring(from, places.start())));
      pieces.add(String.valueOf(parameter(text, places.group(1), method)));
      from = places.end();
    }
    pieces.add(literal(text, text.substring(from)));
    return new Tag(pieces);
  }

  private static String literal(String tag, String text) {
    if (text.contains("{") || text.contains("}")) {
      throw new IllegalArgumentException(
          "tag \"" + tag + "\" has a brace that is not part of a {parameter}");
    }
    return text;
  }

  private static int parameter(String tag, String name, Method method) {
    var parameters = method.getParameters();
    for (int i = 0; i < parameters.length; i++) {
      if (name.equals(String.valueOf(i)) || named(name, method, i)) {
        return i;
      }
    }
    throw new IllegalArgumentException(
        "tag \"" + tag + "\" names {" + name + "}, which is no parameter" + hint(method));
  }

  private static boolean named(String name, Method method, int position) {
    var parameter = method.getParameters()[position];
    return parameter.isNamePresent() && parameter.getName().equals(name);
  }

  private static String hint(Method method) {
    boolean nameless = method.getParameterCount() > 0 && !method.getParameters()[0].isNamePresent();
    return nameless
        ? " (names are not in the class file: compile with -parameters or use {0})"
        : "";
  }

  /** The tag with its places filled; never empty. */
  String fill(IntFunction<String> parameter) {
    var text = new StringBuilder();
    for (int i = 0; i < pieces.size(); i++) {
      text.append(i % 2 == 0 ? pieces.get(i) : parameter.apply(Integer.parseInt(pieces.get(i))));
    }
    if (text.isEmpty()) {
      return "\"\"";
    }
    var whole = text.toString();
    return whole.getBytes(StandardCharsets.UTF_8).length <= BYTES_MAX ? whole : Sha256.hex(whole);
  }
}

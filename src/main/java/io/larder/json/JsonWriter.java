package io.larder.json;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Set;

/**
 * Writes JSON: compact, as it stands, or in canonical form, RFC 8785 (JCS), which is one text for
 * all spellings of a value.
 *
 * <p>Two cases that RFC 8785 excludes get a form of their own, so that distinct values stay
 * distinct: whole numbers beyond ±2<sup>53</sup> stay as written, and a lone surrogate is written
 * as its escape, as ECMAScript's {@code JSON.stringify} does.
 */
public final class JsonWriter {
  private static final char[] HEX = "0123456789abcdef".toCharArray();

  private final StringBuilder out;
  private final boolean canonical;

  private JsonWriter(int length, boolean canonical) {
    this.out = new StringBuilder(length);
    this.canonical = canonical;
  }

  /**
   * The canonical form of an object, leaving some of its own members out.
   *
   * @param omitted names of members of the object itself, not of nested ones
   */
  public static String canonical(Json.Obj object, Set<String> omitted) {
    var writer = new JsonWriter(512, true);
    writer.object(object, omitted);
    return writer.out.toString();
  }

  /** The value without white space; members keep their order, numbers their spelling. */
  public static String compact(Json value) {
    var writer = new JsonWriter(256, false);
    writer.value(value);
    return writer.out.toString();
  }

  /** A string as JSON text, in quotes. */
  public static String quote(String text) {
    var writer = new JsonWriter(text.length() + 2, false);
    writer.string(text);
    return writer.out.toString();
  }

  private void value(Json value) {
    switch (value) {
      case Json.Obj object -> object(object, Set.of());
      case Json.Arr array -> array(array);
      case Json.Str string -> string(string.text());
      case Json.Num number -> out.append(canonical ? number(number) : number.spelling());
      case Json.Literal literal ->
          out.append(
              switch (literal) {
                case TRUE -> "true";
                case FALSE -> "false";
                case NULL -> "null";
              });
    }
  }

  private void object(Json.Obj object, Set<String> omitted) {
    // String.compareTo compares UTF-16 code units, which is the order RFC 8785 asks for
    var members = object.members();
    if (canonical) {
      members = new ArrayList<>(members);
      members.removeIf(member -> omitted.contains(member.name()));
      members.sort(Comparator.comparing(Json.Member::name));
    }
    char separator = '{';
    for (var member : members) {
      out.append(separator);
      string(member.name());
      out.append(':');
      value(member.value());
      separator = ',';
    }
    out.append(members.isEmpty() ? "{}" : "}");
  }

  private void array(Json.Arr array) {
    out.append('[');
    for (int i = 0; i < array.items().size(); i++) {
      if (i > 0) {
        out.append(',');
      }
      value(array.items().get(i));
    }
    out.append(']');
  }

  private void string(String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c >= 0x20 && c != '"' && c != '\\' && !Character.isSurrogate(c)) {
        out.append(c);
      } else if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        out.append(c).append(text.charAt(++i));
      } else {
        escape(c);
      }
    }
    out.append('"');
  }

  private void escape(char c) {
    switch (c) {
      case '"' -> out.append("\\\"");
      case '\\' -> out.append("\\\\");
      case '\b' -> out.append("\\b");
      case '\t' -> out.append("\\t");
      case '\n' -> out.append("\\n");
      case '\f' -> out.append("\\f");
      case '\r' -> out.append("\\r");
      default ->
          out.append("\\u")
              .append(HEX[c >> 12])
              .append(HEX[(c >> 8) & 15])
              .append(HEX[(c >> 4) & 15])
              .append(HEX[c & 15]);
    }
  }

  private static String number(Json.Num number) {
    var spelling = number.spelling();
    // JSON allows no leading zero, so whole numbers have one spelling; "-0" is the exception
    boolean whole = spelling.chars().allMatch(c -> c == '-' || (c >= '0' && c <= '9'));
    return whole && !spelling.equals("-0") ? spelling : ecmaScript(number.value());
  }

  /**
   * A double as ECMAScript's {@code Number::toString} writes it (ECMA-262, 6.1.6.1.20). Since JDK
   * 19 {@link Double#toString} gives the same shortest digits; only the layout differs.
   */
  static String ecmaScript(double value) {
    if (value == 0) {
      return "0";
    }
    var decimal = shortest(Math.abs(value));
    var digits = decimal.unscaledValue().toString();
    int k = digits.length();
    int n = k - decimal.scale();
    var sign = value < 0 ? "-" : "";
    if (k <= n && n <= 21) {
      return sign + digits + "0".repeat(n - k);
    }
    if (0 < n && n <= 21) {
      return sign + digits.substring(0, n) + "." + digits.substring(n);
    }
    if (-6 < n && n <= 0) {
      return sign + "0." + "0".repeat(-n) + digits;
    }
    var fraction = k == 1 ? "" : "." + digits.substring(1);
    return sign + digits.charAt(0) + fraction + "e" + (n > 0 ? "+" : "-") + Math.abs(n - 1);
  }

  /**
   * Java writes two digits at least, and then the two nearest; ECMAScript takes one where one does.
   */
  private static BigDecimal shortest(double value) {
    var decimal = new BigDecimal(Double.toString(value)).stripTrailingZeros();
    if (decimal.precision() == 2) {
      var oneDigit = decimal.round(new MathContext(1, RoundingMode.HALF_EVEN));
      if (oneDigit.doubleValue() == value) {
        return oneDigit.stripTrailingZeros();
      }
    }
    return decimal;
  }
}

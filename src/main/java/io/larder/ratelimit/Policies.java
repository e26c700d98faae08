package io.larder.ratelimit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Reads policies as operators write them: {@code NAME?requests=N;w=SECONDS}, {@code
 * tokens=N;w=SECONDS}, {@code concurrent=N}, comma separated; {@code ;model=GLOB} and {@code
 * ;shadow} may follow. Without a name a policy is called after its subject and unit.
 */
public final class Policies {
  /** More make no sense, and each costs the script some work. */
  static final int COUNT_MAX = 16;

  /** A mistake in a list of policies. */
  public static final class Malformed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Malformed(int position, String why) {
      super("at character " + (position + 1) + ": " + why);
    }
  }

  private Policies() {}

  /**
   * Reads the limits of a key.
   *
   * @param holder the key, among all that its user has
   * @throws Malformed naming the position and what is wrong
   */
  public static List<Policy> ofKey(String holder, String text) {
    return parse("key", text).stream().map(policy -> policy.heldBy(holder)).toList();
  }

  /**
   * Reads a list.
   *
   * @param subject what nameless policies are called after, such as {@code user}
   * @throws Malformed naming the position and what is wrong
   */
  public static List<Policy> parse(String subject, String text) {
    var policies = new ArrayList<Policy>();
    var names = new HashSet<String>();
    int from = 0;
    for (var part : text.split(",", -1)) {
      if (!part.isBlank()) {
        int start = from + part.length() - part.stripLeading().length();
        var policy = one(subject, part.strip(), start);
        if (!names.add(policy.name())) {
          throw new Malformed(
              start,
              "two policies are named " + policy.name() + "; name one: NAME?" + part.strip());
        }
        policies.add(policy);
      } else if (!text.isBlank()) {
        throw new Malformed(from, "a policy is missing between commas");
      }
      from += part.length() + 1;
    }
    if (policies.size() > COUNT_MAX) {
      throw new Malformed(0, "at most " + COUNT_MAX + " policies, were " + policies.size());
    }
    return policies;
  }

  /** A parameter of one policy, and where it stands. */
  private record Parameter(String name, String value, int position) {}

  private static Policy one(String subject, String text, int start) {
    int mark = text.indexOf('?');
    boolean named = mark >= 0 && (text.indexOf('=') < 0 || mark < text.indexOf('='));
    int from = named ? mark + 1 : 0;
    var parameters = new LinkedHashMap<String, Parameter>();
    int at = start + from;
    for (var parameter : text.substring(from).split(";", -1)) {
      int equals = parameter.indexOf('=');
      var key = (equals < 0 ? parameter : parameter.substring(0, equals)).strip();
      var value = equals < 0 ? "" : parameter.substring(equals + 1).strip();
      if (parameters.put(key, new Parameter(key, value, at)) != null) {
        throw new Malformed(at, key + " is given twice");
      }
      at += parameter.length() + 1;
    }
    try {
      return policy(subject, named ? text.substring(0, mark) : "", parameters, start);
    } catch (IllegalArgumentException wrong) {
      throw new Malformed(start, String.valueOf(wrong.getMessage()));
    }
  }

  private static Policy policy(
      String subject, String name, Map<String, Parameter> parameters, int start) {
    var unit = unit(parameters.values(), start);
    long limit = 0;
    var window = Duration.ZERO;
    var model = Optional.<String>empty();
    boolean shadow = false;
    for (var one : parameters.values()) {
      if (one.name().equals(unit.word())) {
        limit = number(one, Policy.LIMIT_MAX);
      } else if (one.name().equals("w") && unit != Unit.CONCURRENT) {
        window = Duration.ofSeconds(number(one, Policy.WINDOW_MAX.toSeconds()));
      } else if (one.name().equals("model") && unit != Unit.CONCURRENT && !one.value().isEmpty()) {
        model = Optional.of(one.value());
      } else if (one.name().equals("shadow")) {
        shadow = shadow(one);
      } else {
        throw new Malformed(
            one.position(),
            "unknown: '" + one.name() + "'; " + unit.word() + " takes " + takes(unit));
      }
    }
    if (unit != Unit.CONCURRENT && window.isZero()) {
      throw new Malformed(start, "w, the window in seconds, is missing");
    }
    var called = name.isEmpty() ? subject + "-" + unit.word() : name;
    return new Policy(called, unit, limit, window, model, shadow);
  }

  private static String takes(Unit unit) {
    return unit == Unit.CONCURRENT ? "shadow" : "w=SECONDS, model=GLOB and shadow";
  }

  private static Unit unit(Collection<Parameter> parameters, int start) {
    Optional<Unit> found = Optional.empty();
    for (var one : parameters) {
      var unit = Arrays.stream(Unit.values()).filter(u -> u.word().equals(one.name())).findFirst();
      if (unit.isPresent() && found.isPresent()) {
        throw new Malformed(
            one.position(), "one policy counts one unit, not also " + unit.get().word());
      }
      found = found.or(() -> unit);
    }
    return found.orElseThrow(
        () ->
            new Malformed(
                start,
                "no known unit; these are requests, tokens, input-tokens, output-tokens,"
                    + " concurrent"));
  }

  private static long number(Parameter parameter, long most) {
    var range =
        String.format(Locale.ROOT, "%s is a whole number from 1 to %d", parameter.name(), most);
    var value = parameter.value();
    long number = value.matches("[0-9]{1,13}") ? Long.parseLong(value) : 0;
    if (number < 1 || number > most) {
      throw new Malformed(parameter.position(), range + ", was '" + value + "'");
    }
    return number;
  }

  private static boolean shadow(Parameter parameter) {
    return switch (parameter.value()) {
      case "", "true" -> true;
      case "false" -> false;
      default ->
          throw new Malformed(
              parameter.position(), "shadow has no value, was '" + parameter.value() + "'");
    };
  }
}

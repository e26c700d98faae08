package io.larder.setting;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.eclipse.microprofile.config.Config;

/**
 * Reads settings one by one and checks each against its range. Remembers which names were asked
 * for, so that misspelt ones can be told.
 */
public final class Settings {
  private static final String PREFIX = "larder.";

  /**
   * Of microprofile-config.properties, as MicroProfile Config has it; those above are operators'.
   */
  private static final int DEFAULT_ORDINAL = 100;

  private static final Set<String> ASKED = ConcurrentHashMap.newKeySet();

  private final Function<String, Optional<String>> values;
  private final Predicate<String> defaults;
  private final Supplier<Iterable<String>> names;

  /** Settings as they stand in a configuration. */
  public Settings(Config config) {
    this(
        name -> config.getOptionalValue(name, String.class),
        name -> config.getConfigValue(name).getSourceOrdinal() <= DEFAULT_ORDINAL,
        config::getPropertyNames);
  }

  /** Settings where there is no MicroProfile Config, by name, defaults included. */
  public Settings(Function<String, Optional<String>> values) {
    this(values, name -> false, List::of);
  }

  private Settings(
      Function<String, Optional<String>> values,
      Predicate<String> defaults,
      Supplier<Iterable<String>> names) {
    this.values = values;
    this.defaults = defaults;
    this.names = names;
  }

  /** The value, unless the setting is missing or blank. */
  public Optional<String> text(String name) {
    ASKED.add(name);
    return values.apply(name).map(String::strip).filter(v -> !v.isEmpty());
  }

  /** Whether nothing but the shipped default gives that setting a value. */
  public boolean isDefault(String name) {
    return defaults.test(name);
  }

  /** A span of time in ISO-8601, as {@code PT5S}. */
  public Duration duration(String name, Duration min, Duration max) {
    var range = "an ISO-8601 duration from " + min + " to " + max;
    var found = required(name, range);
    try {
      var value = Duration.parse(found);
      if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
        throw new InvalidSetting(name, range, found);
      }
      return value;
    } catch (DateTimeParseException malformed) {
      throw new InvalidSetting(name, range, found);
    }
  }

  /** A whole number. */
  public int integer(String name, int min, int max) {
    var range = String.format(Locale.ROOT, "a whole number from %d to %d", min, max);
    var found = required(name, range);
    try {
      int value = Integer.parseInt(found);
      if (value < min || value > max) {
        throw new InvalidSetting(name, range, found);
      }
      return value;
    } catch (NumberFormatException malformed) {
      throw new InvalidSetting(name, range, found);
    }
  }

  /** {@code true} or {@code false}. */
  public boolean flag(String name) {
    var found = required(name, "true or false");
    return switch (found) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new InvalidSetting(name, "true or false", found);
    };
  }

  /** One of an enum's names, in lower case. */
  public <E extends Enum<E>> E oneOf(String name, Class<E> type) {
    var names =
        Arrays.stream(type.getEnumConstants())
            .map(constant -> constant.name().toLowerCase(Locale.ROOT))
            .collect(Collectors.joining(", "));
    var found = required(name, "one of " + names);
    for (var constant : type.getEnumConstants()) {
      if (constant.name().toLowerCase(Locale.ROOT).equals(found)) {
        return constant;
      }
    }
    throw new InvalidSetting(name, "one of " + names, found);
  }

  /** An absolute http or https URL, without a slash at its end. */
  public Optional<URI> url(String name) {
    return text(name).map(found -> url(name, found));
  }

  /** Words between commas; empty when the setting is missing. */
  public List<String> list(String name) {
    return text(name).stream()
        .flatMap(found -> Arrays.stream(found.split(",", -1)))
        .map(String::strip)
        .filter(word -> !word.isEmpty())
        .toList();
  }

  /** All names of Larder's settings that some source gives a value. */
  public Set<String> names() {
    return StreamSupport.stream(names.get().spliterator(), false)
        .filter(name -> name.startsWith(PREFIX))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Names that were given a value and that nothing has asked for: most likely misspelt. */
  public Set<String> unknown() {
    var asked = ASKED.stream().map(Settings::variable).collect(Collectors.toSet());
    return names().stream()
        .filter(name -> !asked.contains(variable(name)))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /**
   * The environment variable of a setting. A variable does not tell dots from dashes, so the server
   * may list it under another name than the setting's.
   */
  public static String variable(String name) {
    return name.replaceAll("[^A-Za-z0-9]", "_").toUpperCase(Locale.ROOT);
  }

  private String required(String name, String range) {
    return text(name).orElseThrow(() -> new InvalidSetting(name, range, "missing"));
  }

  private static URI url(String name, String found) {
    var range = "an absolute http or https URL without user, query or fragment";
    try {
      var uri = new URI(found.replaceAll("/+$", ""));
      boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
      boolean plain =
          uri.getUserInfo() == null && uri.getQuery() == null && uri.getFragment() == null;
      if (!http || uri.getHost() == null || !plain) {
        throw new InvalidSetting(name, range, withoutUser(found));
      }
      return uri;
    } catch (URISyntaxException malformed) {
      throw new InvalidSetting(name, range, withoutUser(found));
    }
  }

  /** What stands between the scheme and an at sign may be a password. */
  private static String withoutUser(String url) {
    return url.replaceAll("//.*@", "//***@");
  }
}

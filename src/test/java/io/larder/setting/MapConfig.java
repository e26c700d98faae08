package io.larder.setting;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigValue;
import org.eclipse.microprofile.config.spi.ConfigSource;
import org.eclipse.microprofile.config.spi.Converter;

/** A configuration for tests: the shipped defaults, and above them what a test says. */
public final class MapConfig implements Config {
  private final Map<String, String> values = new HashMap<>();
  private final Set<String> given = new HashSet<>();

  private MapConfig() {}

  /** Settings with the shipped defaults and these values. */
  public static Settings settings(Map<String, String> values) {
    var config = new MapConfig();
    defaults().forEach((name, value) -> config.values.put((String) name, (String) value));
    config.values.putAll(values);
    config.given.addAll(values.keySet());
    return new Settings(config);
  }

  /** The shipped defaults. */
  public static Properties defaults() {
    var defaults = new Properties();
    try (var file =
        MapConfig.class.getResourceAsStream("/META-INF/microprofile-config.properties")) {
      defaults.load(file);
    } catch (IOException missing) {
      throw new UncheckedIOException(missing);
    }
    return defaults;
  }

  @Override
  public <T> Optional<T> getOptionalValue(String name, Class<T> type) {
    return Optional.ofNullable(values.get(name)).map(type::cast);
  }

  @Override
  public <T> T getValue(String name, Class<T> type) {
    return getOptionalValue(name, type).orElseThrow();
  }

  @Override
  public Iterable<String> getPropertyNames() {
    return values.keySet();
  }

  @Override
  public ConfigValue getConfigValue(String name) {
    return new ConfigValue() {
      @Override
      public String getName() {
        return name;
      }

      @Override
      public String getValue() {
        return values.getOrDefault(name, "");
      }

      @Override
      public String getRawValue() {
        return values.getOrDefault(name, "");
      }

      @Override
      public String getSourceName() {
        return "test";
      }

      @Override
      public int getSourceOrdinal() {
        return given.contains(name) ? 300 : 100;
      }
    };
  }

  @Override
  public Iterable<ConfigSource> getConfigSources() {
    return Collections.emptyList();
  }

  @Override
  public <T> Optional<Converter<T>> getConverter(Class<T> type) {
    return Optional.empty();
  }

  @Override
  public <T> T unwrap(Class<T> type) {
    throw new UnsupportedOperationException();
  }
}

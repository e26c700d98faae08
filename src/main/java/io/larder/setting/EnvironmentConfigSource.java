package io.larder.setting;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.spi.ConfigSource;
import org.jspecify.annotations.Nullable;

/**
 * {@code LARDER_*} variables of the environment, above every file: in Liberty a variable of
 * server.xml would otherwise win over the environment (ordinals 500 and 300).
 */
public final class EnvironmentConfigSource implements ConfigSource {
  /** Above server.xml (500), level with application properties. */
  private static final int ORDINAL = 600;

  private static final String PREFIX = "LARDER_";

  /** The families of names with a part that the operator chooses. */
  private static final Pattern PROVIDER =
      Pattern.compile(
          "LARDER_PROVIDER_(?<name>.+?)_(?<setting>KIND|URL|KEY|MODELS|STREAM_USAGE"
              + "|CONNECT_TIMEOUT|RESPONSE_TIMEOUT|IDLE_TIMEOUT|CONNECTIONS_MAX|QUEUE_MAX|QUEUE_WAIT"
              + "|RETRIES|RETRY_WAIT_MAX|HTTP_VERSION)");

  private static final Pattern TTL = Pattern.compile("LARDER_CACHE_TTL_(?<type>.+)");

  private static final Pattern LIMITS = Pattern.compile("LARDER_LIMITS_PROVIDER_(?<name>.+)");

  private final Map<String, String> environment;

  /** The environment of this process. */
  public EnvironmentConfigSource() {
    this(System.getenv());
  }

  EnvironmentConfigSource(Map<String, String> environment) {
    this.environment = Map.copyOf(environment);
  }

  @Override
  public int getOrdinal() {
    return ORDINAL;
  }

  @Override
  public String getName() {
    return "LARDER_* environment variables";
  }

  @Override
  public @Nullable String getValue(String property) {
    if (!property.startsWith("larder.")) {
      return null;
    }
    return environment.get(Settings.variable(property));
  }

  @Override
  public Map<String, String> getProperties() {
    var properties = new HashMap<String, String>();
    for (var name : getPropertyNames()) {
      var value = getValue(name);
      if (value != null) {
        properties.put(name, value);
      }
    }
    return properties;
  }

  /** Only names with a chosen part are told from a variable; all other names are asked for. */
  @Override
  public Set<String> getPropertyNames() {
    var names = new HashSet<String>();
    for (var variable : environment.keySet()) {
      var provider = PROVIDER.matcher(variable);
      if (variable.startsWith(PREFIX) && provider.matches()) {
        names.add(
            "larder.provider."
                + kebab(provider.group("name"))
                + "."
                + kebab(provider.group("setting")));
      }
      var ttl = TTL.matcher(variable);
      if (ttl.matches()) {
        names.add("larder.cache.ttl." + kebab(ttl.group("type")));
      }
      var limits = LIMITS.matcher(variable);
      if (limits.matches()) {
        names.add("larder.limits.provider." + kebab(limits.group("name")));
      }
    }
    return names;
  }

  private static String kebab(String variable) {
    return variable.toLowerCase(Locale.ROOT).replace('_', '-');
  }
}

package io.larder.provider;

import io.larder.setting.Checked;
import io.larder.setting.InvalidSetting;
import io.larder.setting.Settings;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Settings under {@code larder.provider}; defaults and reasons stand in
 * microprofile-config.properties.
 *
 * @param providers in the order in which they are tried for a model
 */
record ProviderSettings(List<One> providers) implements Checked {
  /** Names of the settings below a provider's; the environment's names are read by the same. */
  private static final Pattern NAMED =
      Pattern.compile(
          "larder\\.provider\\.([^.]+)\\.(kind|url|key|models|stream-usage|connect-timeout"
              + "|response-timeout|idle-timeout|connections-max|queue-max|queue-wait|retries"
              + "|retry-wait-max|http-version)");

  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,31}");
  private static final String OPENAI = "openai";
  private static final String ANTHROPIC = "anthropic";

  /**
   * Not among the shipped defaults: a setting of a provider that stands there would configure it.
   */
  private static final URI ANTHROPIC_URL = URI.create("https://api.anthropic.com/v1");

  private static final Duration TIMEOUT_MIN = Duration.ofMillis(100);
  private static final Duration TIMEOUT_MAX = Duration.ofHours(1);
  private static final int CONNECTIONS_MAX = 20_000;
  private static final int QUEUE_MAX = 100_000;
  private static final int RETRIES_MAX = 10;
  private static final Duration WAIT_MAX = Duration.ofMinutes(5);

  /** Whose wire formats a provider speaks. */
  enum Kind {
    OPENAI,
    ANTHROPIC,
    DEMO
  }

  /**
   * Settings of one provider.
   *
   * @param url base URL, with {@code /v1}
   * @param key the vendor's key; a server on one's own machine may need none
   * @param models globs of the models it serves
   * @param streamUsage whether streams are asked for usage
   * @param connectTimeout longest wait for a connection
   * @param responseTimeout longest wait for the answer's header fields
   * @param idleTimeout longest wait for the next bytes of the body
   * @param connectionsMax requests it has at once at most
   * @param queueMax how many requests may wait beyond those
   * @param queueWait how long each of them may wait
   * @param retries how often it is asked again, before the first byte of an answer
   * @param retryWaitMax longest wait that it may ask for before it is asked again
   * @param http2 whether it is asked over HTTP/2 where it offers that
   */
  record One(
      String name,
      Kind kind,
      Optional<URI> url,
      Optional<String> key,
      List<String> models,
      boolean streamUsage,
      Duration connectTimeout,
      Duration responseTimeout,
      Duration idleTimeout,
      int connectionsMax,
      int queueMax,
      Duration queueWait,
      int retries,
      Duration retryWaitMax,
      boolean http2) {
    /** Without the key. */
    @Override
    public String toString() {
      return name + "[" + kind + " " + url.map(URI::toString).orElse("built in") + "]";
    }
  }

  ProviderSettings {
    providers = List.copyOf(providers);
  }

  /**
   * Reads the settings.
   *
   * @param vendorKeys keys found elsewhere, by the names of the providers they are for
   */
  static ProviderSettings from(Settings settings, Map<String, String> vendorKeys) {
    var names = new TreeSet<String>();
    for (var setting : settings.names()) {
      var named = NAMED.matcher(setting);
      if (named.matches() && !named.group(1).equals("*")) {
        names.add(named.group(1));
      }
    }
    names.addAll(vendorKeys.keySet());
    if (names.isEmpty()) {
      names.add("demo");
    }
    var order = settings.list("larder.providers");
    var openAiUrl = settings.url("larder.provider.*.url");
    for (var name : order) {
      if (!names.contains(name)) {
        throw new InvalidSetting(
            "larder.providers", "names of configured providers " + names, name);
      }
    }
    var all = new ArrayList<One>();
    names.stream()
        .sorted(
            Comparator.comparingInt(
                name -> order.contains(name) ? order.indexOf(name) : order.size()))
        .forEach(name -> all.add(one(settings, name, vendorKeys, openAiUrl)));
    return new ProviderSettings(all);
  }

  private static One one(
      Settings settings, String name, Map<String, String> vendorKeys, Optional<URI> openAiUrl) {
    if (!NAME.matcher(name).matches()) {
      throw new InvalidSetting(
          "larder.provider.<name>", "named with 1 to 32 of a-z, 0-9 and -", name);
    }
    var prefix = "larder.provider." + name + ".";
    var kind =
        settings.text(prefix + "kind").isPresent()
            ? settings.oneOf(prefix + "kind", Kind.class)
            : kind(name);
    var url = settings.url(prefix + "url");
    if (name.equals(OPENAI)) {
      url = url.or(() -> openAiUrl);
    }
    if (kind == Kind.ANTHROPIC) {
      url = url.or(() -> Optional.of(ANTHROPIC_URL));
    }
    if (kind == Kind.OPENAI && url.isEmpty()) {
      throw new InvalidSetting(prefix + "url", "an absolute http or https URL", "missing");
    }
    return new One(
        name,
        kind,
        url,
        settings.text(prefix + "key").or(() -> Optional.ofNullable(vendorKeys.get(name))),
        settings.list(named(settings, name, "models")),
        settings.flag(named(settings, name, "stream-usage")),
        settings.duration(named(settings, name, "connect-timeout"), TIMEOUT_MIN, TIMEOUT_MAX),
        settings.duration(named(settings, name, "response-timeout"), TIMEOUT_MIN, TIMEOUT_MAX),
        settings.duration(named(settings, name, "idle-timeout"), TIMEOUT_MIN, TIMEOUT_MAX),
        settings.integer(named(settings, name, "connections-max"), 1, CONNECTIONS_MAX),
        settings.integer(named(settings, name, "queue-max"), 0, QUEUE_MAX),
        settings.duration(named(settings, name, "queue-wait"), Duration.ZERO, WAIT_MAX),
        settings.integer(named(settings, name, "retries"), 0, RETRIES_MAX),
        settings.duration(named(settings, name, "retry-wait-max"), Duration.ZERO, WAIT_MAX),
        http2(settings, named(settings, name, "http-version")));
  }

  private static boolean http2(Settings settings, String setting) {
    var version = settings.text(setting).orElse("missing");
    return switch (version) {
      case "1.1" -> false;
      case "2" -> true;
      default -> throw new InvalidSetting(setting, "1.1 or 2", version);
    };
  }

  private static Kind kind(String name) {
    return switch (name) {
      case "demo" -> Kind.DEMO;
      case ANTHROPIC -> Kind.ANTHROPIC;
      default -> Kind.OPENAI;
    };
  }

  /** The provider's own setting where it has one, else the one for all providers. */
  private static String named(Settings settings, String provider, String setting) {
    var own = "larder.provider." + provider + "." + setting;
    var all = "larder.provider.*." + setting;
    // asked for in any case: a default that nobody uses is not a misspelt setting
    boolean hasDefault = settings.text(all).isPresent();
    return settings.text(own).isPresent() || !hasDefault ? own : all;
  }
}

package io.larder.provider;

import io.larder.setting.Checked;
import io.larder.setting.InvalidSetting;
import io.larder.setting.Settings;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
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
              + "|response-timeout|idle-timeout|connections-max)");

  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,31}");
  private static final String OPENAI = "openai";
  private static final Duration TIMEOUT_MIN = Duration.ofMillis(100);
  private static final Duration TIMEOUT_MAX = Duration.ofHours(1);
  private static final int CONNECTIONS_MAX = 20_000;

  /** A wire format that a provider speaks. */
  enum Kind {
    OPENAI,
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
   * @param connectionsMax connections to it at most
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
      int connectionsMax) {
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
   * @param vendorKey gives {@code OPENAI_API_KEY}, if it is set
   */
  static ProviderSettings from(Settings settings, Optional<String> vendorKey) {
    var names = new TreeSet<String>();
    for (var setting : settings.names()) {
      var named = NAMED.matcher(setting);
      if (named.matches() && !named.group(1).equals("*")) {
        names.add(named.group(1));
      }
    }
    if (vendorKey.isPresent()) {
      names.add(OPENAI);
    }
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
        .forEach(name -> all.add(one(settings, name, vendorKey, openAiUrl)));
    return new ProviderSettings(all);
  }

  private static One one(
      Settings settings, String name, Optional<String> vendorKey, Optional<URI> openAiUrl) {
    if (!NAME.matcher(name).matches()) {
      throw new InvalidSetting(
          "larder.provider.<name>", "named with 1 to 32 of a-z, 0-9 and -", name);
    }
    var prefix = "larder.provider." + name + ".";
    var kind =
        settings.text(prefix + "kind").isPresent()
            ? settings.oneOf(prefix + "kind", Kind.class)
            : name.equals("demo") ? Kind.DEMO : Kind.OPENAI;
    var url = settings.url(prefix + "url");
    if (name.equals(OPENAI)) {
      url = url.or(() -> openAiUrl);
    }
    if (kind == Kind.OPENAI && url.isEmpty()) {
      throw new InvalidSetting(prefix + "url", "an absolute http or https URL", "missing");
    }
    return new One(
        name,
        kind,
        url,
        settings.text(prefix + "key").or(() -> name.equals(OPENAI) ? vendorKey : Optional.empty()),
        settings.list(named(settings, name, "models")),
        settings.flag(named(settings, name, "stream-usage")),
        settings.duration(named(settings, name, "connect-timeout"), TIMEOUT_MIN, TIMEOUT_MAX),
        settings.duration(named(settings, name, "response-timeout"), TIMEOUT_MIN, TIMEOUT_MAX),
        settings.duration(named(settings, name, "idle-timeout"), TIMEOUT_MIN, TIMEOUT_MAX),
        settings.integer(named(settings, name, "connections-max"), 1, CONNECTIONS_MAX));
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

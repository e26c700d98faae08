package io.larder.cache;

import io.larder.setting.InvalidSetting;
import io.larder.setting.Settings;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/**
 * Live settings under {@code larder.cache}; defaults and reasons stand in
 * microprofile-config.properties.
 *
 * @param scope who shares answers
 * @param ttls time to live by cache type, 1 s to 366 days
 * @param stale how long a value past its time may be served all the same
 * @param refreshAhead answers a second that this node refreshes before they expire; 0 = none
 * @param onlyDeterministic whether only answers to requests with temperature 0 or a seed are kept
 * @param valueBytesMax largest answer kept
 */
public record CacheSettings(
    Scope scope,
    Map<String, Duration> ttls,
    Stale stale,
    int refreshAhead,
    boolean onlyDeterministic,
    int valueBytesMax) {
  /** How far times to live are spread, so that what was kept together does not expire together. */
  static final double SPREAD = 0.1;

  static final Duration TTL_MIN = Duration.ofSeconds(1);
  static final Duration TTL_MAX = Duration.ofDays(366);
  private static final String TTL = "larder.cache.ttl.";
  private static final int MIB = 1024 * 1024;

  /** Who shares answers, from few to many. */
  public enum Scope {
    /** Each user has answers of their own. */
    USER,
    /** Users of one tenant share. */
    TENANT,
    /** All share. */
    GLOBAL
  }

  /** Times for which values past their time may serve, each 0 or more (RFC 5861). */
  public record Stale(Duration whileRevalidate, Duration ifError) {
    private static final Pattern DIRECTIVE =
        Pattern.compile("stale-(?<which>while-revalidate|if-error)=(?<seconds>[0-9]{1,8})");
    private static final String RANGE =
        "stale-while-revalidate=SECONDS, stale-if-error=SECONDS, each 0 to 31622400";

    static Stale parse(String setting, Iterable<String> directives) {
      var whileRevalidate = Duration.ZERO;
      var ifError = Duration.ZERO;
      for (var directive : directives) {
        var found = DIRECTIVE.matcher(directive);
        if (!found.matches()) {
          throw new InvalidSetting(setting, RANGE, directive);
        }
        var time = Duration.ofSeconds(Long.parseLong(found.group("seconds")));
        if (time.compareTo(TTL_MAX) > 0) {
          throw new InvalidSetting(setting, RANGE, directive);
        }
        if (found.group("which").equals("if-error")) {
          ifError = time;
        } else {
          whileRevalidate = time;
        }
      }
      return new Stale(whileRevalidate, ifError);
    }
  }

  public CacheSettings {
    ttls = Map.copyOf(ttls);
  }

  static CacheSettings from(Settings settings) {
    var ttls = new HashMap<String, Duration>();
    for (var name : settings.names()) {
      if (name.startsWith(TTL)) {
        ttls.put(name.substring(TTL.length()), settings.duration(name, TTL_MIN, TTL_MAX));
      }
    }
    return new CacheSettings(
        settings.oneOf("larder.cache.scope", Scope.class),
        ttls,
        Stale.parse("larder.cache.stale", settings.list("larder.cache.stale")),
        settings.integer("larder.cache.refresh-ahead", 0, 1_000),
        settings.flag("larder.cache.only-deterministic"),
        settings.integer("larder.cache.value-bytes-max", 1024, 64 * MIB));
  }

  /** Time to live of a cache type, unless none is set. */
  public Optional<Duration> ttl(String type) {
    return Optional.ofNullable(ttls.get(type));
  }

  /**
   * For how long to keep a value of a type that has a time to live, spread by {@link #SPREAD} up or
   * down; what a caller has asked for is only made shorter, never longer.
   *
   * @param asked the time to live that a caller has asked for
   */
  public Retention retention(String type, Optional<Duration> asked, RandomGenerator chance) {
    var ttl = asked.or(() -> ttl(type));
    if (ttl.isEmpty()) {
      throw new InvalidSetting(TTL + type, "set", "missing");
    }
    double most = asked.isPresent() ? 1 : 1 + SPREAD;
    double factor = chance.nextDouble(1 - SPREAD, most);
    var spread = Duration.ofMillis(Math.max(1, Math.round(ttl.get().toMillis() * factor)));
    return new Retention(spread, stale.whileRevalidate(), stale.ifError());
  }
}

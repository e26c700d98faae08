package io.larder.inference;

import io.larder.wire.BadRequest;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * What a request's {@code Cache-Control} field allows (RFC 9111, 5.2.1), and what its {@code
 * Larder-Cache} field asks for.
 *
 * @param noCache ask the provider, refresh the entry
 * @param noStore neither read nor write
 * @param onlyIfCached do not ask the provider
 * @param maxAge an older entry is a miss
 * @param larder the extension
 */
public record CacheDirectives(
    boolean noCache,
    boolean noStore,
    boolean onlyIfCached,
    Optional<Duration> maxAge,
    LarderCache larder) {

  /**
   * Reads the fields' values; empty without one. Unknown directives are ignored, as RFC 9111 asks.
   *
   * @throws BadRequest if {@code Larder-Cache} is malformed
   */
  public static CacheDirectives parse(String cacheControl, String larderCache) {
    boolean noCache = false;
    boolean noStore = false;
    boolean onlyIfCached = false;
    Optional<Duration> maxAge = Optional.empty();
    for (var directive : cacheControl.toLowerCase(Locale.ROOT).split(",", -1)) {
      var parts = directive.strip().split("=", 2);
      switch (parts[0].strip()) {
        case "no-cache" -> noCache = true;
        case "no-store" -> noStore = true;
        case "only-if-cached" -> onlyIfCached = true;
        case "max-age" -> maxAge = Optional.of(seconds(parts.length > 1 ? parts[1] : ""));
        default -> {}
      }
    }
    return new CacheDirectives(
        noCache, noStore, onlyIfCached, maxAge, LarderCache.parse(larderCache));
  }

  /** Seconds; what is no number counts as 0, so that no entry is young enough (RFC 9111, 4.2.1). */
  private static Duration seconds(String value) {
    var digits = value.strip().replaceAll("^\"(.*)\"$", "$1");
    return digits.matches("[0-9]{1,18}")
        ? Duration.ofSeconds(Long.parseLong(digits))
        : Duration.ZERO;
  }
}

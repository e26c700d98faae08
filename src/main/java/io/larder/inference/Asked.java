package io.larder.inference;

import io.larder.cache.CacheSettings;
import io.larder.cache.CacheSettings.Scope;
import io.larder.cache.Kept;
import io.larder.cache.Key;
import io.larder.cache.Label;
import io.larder.cache.Lookup;
import io.larder.model.Caller;
import io.larder.model.Fingerprint;
import io.larder.model.Header;
import io.larder.model.Wire;
import io.larder.provider.Providers.Route;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A request as the cache sees it: what it is called, and what may answer it.
 *
 * @param settings as they were when it came
 * @param bypass why the cache is left out; empty = it is not
 */
record Asked(
    Caller caller,
    ChatRequest request,
    Route route,
    List<Header> headers,
    CacheDirectives directives,
    CacheSettings settings,
    Fingerprint fingerprint,
    String bypass) {
  private static final Wire WIRE = Wire.OPENAI_CHAT;

  Asked {
    headers = List.copyOf(headers);
  }

  /**
   * Looks a request over.
   *
   * @throws ScopeRefused if the caller may not share the answer as asked
   */
  static Asked of(
      Caller caller,
      ChatRequest request,
      Route route,
      List<Header> headers,
      CacheDirectives directives,
      CacheSettings settings) {
    var larder = directives.larder();
    var scope = scope(caller, larder, settings.scope());
    var fingerprint =
        Fingerprints.of(scope, larder.namespace(), caller, WIRE, route, request.object());
    var bypass = bypass(request, directives, settings);
    return new Asked(caller, request, route, headers, directives, settings, fingerprint, bypass);
  }

  /** Who shares the answer: as configured, unless the caller asks for less, or may ask for more. */
  private static Scope scope(Caller caller, LarderCache larder, Scope configured) {
    var asked = larder.scope().orElse(configured);
    if (asked.compareTo(configured) > 0 && !caller.roles().contains("admin")) {
      throw new ScopeRefused(asked, configured);
    }
    return asked;
  }

  private static String bypass(
      ChatRequest request, CacheDirectives directives, CacheSettings settings) {
    if (directives.noStore()) {
      return "no-store";
    }
    if (request.isStateful()) {
      return "stateful";
    }
    return settings.onlyDeterministic() && !request.isDeterministic() ? "not-deterministic" : "";
  }

  boolean usesCache() {
    return bypass.isEmpty();
  }

  Key key() {
    return new Key(WIRE.cacheType(), fingerprint.hex() + (request.stream() ? ":stream" : ""));
  }

  /** What the answer is filed under, beside its type. */
  List<Label> labels() {
    var labels = new ArrayList<Label>();
    labels.add(new Label(Label.Kind.MODEL, route.model()));
    labels.add(new Label(Label.Kind.PROVIDER, route.provider().name()));
    labels.add(new Label(Label.Kind.USER, caller.id()));
    labels.addAll(directives.larder().labels());
    return labels;
  }

  /** The value that answers the request at once, if what was found is one. */
  Optional<Kept> usable(Lookup found, Instant now) {
    if (directives.noCache()) {
      return Optional.empty();
    }
    return switch (found) {
      case Lookup.Found(Kept kept) -> isTooOld(kept, now) ? Optional.empty() : Optional.of(kept);
      case Lookup.Stale(Kept kept) ->
          // RFC 9111, 5.2.1.1: whoever limits the age wants nothing stale
          directives.maxAge().isEmpty() && kept.servesWhileRevalidating(now)
              ? Optional.of(kept)
              : Optional.empty();
      case Lookup.Absent absent -> Optional.empty();
      case Lookup.Unknown unknown -> Optional.empty();
    };
  }

  private boolean isTooOld(Kept kept, Instant now) {
    var age = kept.age(now);
    return directives.maxAge().filter(max -> age.compareTo(max) > 0 || max.isZero()).isPresent();
  }

  /** What may answer in case the provider fails. */
  Optional<Kept> fallback(Lookup found, Instant now) {
    boolean allowed = !directives.noCache() && directives.maxAge().isEmpty();
    return allowed && found instanceof Lookup.Stale(Kept kept)
        ? Optional.of(kept).filter(stale -> stale.servesOnError(now))
        : Optional.empty();
  }

  /** Why the provider is asked, as RFC 9211 names it. */
  String forward(Lookup found) {
    if (directives.noCache() || found instanceof Lookup.Found) {
      return "request";
    }
    return found instanceof Lookup.Stale ? "stale" : "uri-miss";
  }
}

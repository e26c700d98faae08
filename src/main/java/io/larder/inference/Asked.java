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
import io.larder.provider.Question;
import io.larder.wire.OpenAiEmbeddings;
import io.larder.wire.WireFormat;
import io.larder.wire.WireRequest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * A request as the cache sees it: what it is called, and what may answer it.
 *
 * @param settings as they were when it came
 * @param routes to those who may answer, at least one; the first gives the answer its name
 * @param bypass why the cache is left out; empty = it is not
 */
record Asked(
    Caller caller,
    WireFormat format,
    WireRequest request,
    List<Route> routes,
    List<Header> headers,
    CacheDirectives directives,
    CacheSettings settings,
    Fingerprint fingerprint,
    String bypass) {
  /** Vendors' versions, previews and accounts, by which the same request gets another answer. */
  private static final List<String> VARIANTS =
      List.of(
          "anthropic-version",
          "anthropic-beta",
          "openai-beta",
          "openai-organization",
          "openai-project");

  Asked {
    routes = List.copyOf(routes);
    headers = List.copyOf(headers);
  }

  /**
   * Looks a request over.
   *
   * @throws ScopeRefused if the caller may not share the answer as asked
   */
  static Asked of(
      Caller caller,
      WireFormat format,
      WireRequest request,
      List<Route> routes,
      List<Header> headers,
      CacheDirectives directives,
      CacheSettings settings) {
    var larder = directives.larder();
    var scope = scope(caller, larder, settings.scope());
    var fingerprint =
        Fingerprints.of(
            scope,
            larder.namespace(),
            caller,
            format.wire(),
            routes.getFirst(),
            canonical(format, request) + variant(headers));
    var bypass = bypass(request, directives, settings);
    return new Asked(
        caller, format, request, routes, headers, directives, settings, fingerprint, bypass);
  }

  /**
   * Header fields that change what an answer is, each with its values in order, however they were
   * spread over fields; empty without any. What Larder adds where it is missing is no difference.
   */
  private static String variant(List<Header> headers) {
    var fields = new TreeMap<String, TreeSet<String>>();
    for (var header : headers) {
      var name = header.name().toLowerCase(Locale.ROOT);
      if (VARIANTS.contains(name)) {
        for (var value : header.value().split(",", -1)) {
          fields.computeIfAbsent(name, absent -> new TreeSet<>()).add(value.strip());
        }
      }
    }
    fields.remove("anthropic-version", new TreeSet<>(Set.of(Question.ANTHROPIC_VERSION)));
    return fields.entrySet().stream()
        .map(field -> "\n" + field.getKey() + ": " + String.join(", ", field.getValue()))
        .collect(Collectors.joining());
  }

  /**
   * With whom that caller may share answers: as configured, or less; administrators with all. Of
   * these those that the caller's key allows, and in any case with nobody else.
   */
  static List<Scope> scopes(Caller caller, Scope configured) {
    return Arrays.stream(Scope.values())
        .filter(scope -> caller.isAdmin() || scope.compareTo(configured) <= 0)
        .filter(scope -> scope == Scope.USER || caller.grant().allows(name(scope)))
        .toList();
  }

  /** As header fields and keys name it. */
  static String name(Scope scope) {
    return scope.name().toLowerCase(Locale.ROOT);
  }

  /**
   * Who shares the answer: as configured, or the next less that the caller's key allows, unless the
   * caller asks for less, or may ask for more.
   */
  private static Scope scope(Caller caller, LarderCache larder, Scope configured) {
    var allowed = scopes(caller, configured);
    var usual =
        allowed.stream().filter(scope -> scope.compareTo(configured) <= 0).toList().getLast();
    var asked = larder.scope().orElse(usual);
    if (!allowed.contains(asked)) {
      throw new ScopeRefused(asked, allowed);
    }
    return asked;
  }

  /** What the answer depends on. One input to embed is the same alone and in a list of its own. */
  private static String canonical(WireFormat format, WireRequest request) {
    if (format.wire() != Wire.OPENAI_EMBEDDINGS) {
      return request.canonical();
    }
    var batch = OpenAiEmbeddings.batch(request);
    return batch.size() == 1 ? batch.single(0).canonical() : request.canonical();
  }

  private static String bypass(
      WireRequest request, CacheDirectives directives, CacheSettings settings) {
    if (directives.noStore()) {
      return "no-store";
    }
    if (request.isStateful()) {
      return "stateful";
    }
    return settings.onlyDeterministic() && !request.isDeterministic() ? "not-deterministic" : "";
  }

  /** The same request for something else. */
  Asked with(WireRequest other) {
    return of(caller, format, other, routes, headers, directives, settings);
  }

  boolean usesCache() {
    return bypass.isEmpty();
  }

  Key key() {
    return new Key(format.wire().cacheType(), fingerprint.hex());
  }

  /** Whether the stream may be held for a while so that a client that lost it can go on. */
  boolean isResumable() {
    return !directives.noStore() && request.stream();
  }

  int valueBytesMax() {
    return settings.valueBytesMax();
  }

  /** The model, by its name at the provider that is asked first. */
  String model() {
    return routes.getFirst().model();
  }

  /** What the answer is filed under, beside its type. */
  List<Label> labels() {
    var labels = new ArrayList<Label>();
    labels.add(new Label(Label.Kind.MODEL, model()));
    labels.add(new Label(Label.Kind.PROVIDER, routes.getFirst().provider().name()));
    labels.add(new Label(Label.Kind.USER, caller.subject()));
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

  /**
   * What the cache did for a request that it could not answer.
   *
   * @param detail why the answer was not stored, or empty
   */
  CacheStatus missed(Lookup found, boolean stored, String detail) {
    return usesCache()
        ? new CacheStatus.Miss(fingerprint, forward(found), stored, detail)
        : new CacheStatus.Bypass(fingerprint, bypass);
  }

  /** Why the provider is asked, as RFC 9211 names it. */
  String forward(Lookup found) {
    if (directives.noCache() || found instanceof Lookup.Found) {
      return "request";
    }
    return found instanceof Lookup.Stale ? "stale" : "uri-miss";
  }
}

package io.larder.inference;

import io.larder.cache.Cache;
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
import io.larder.provider.Providers;
import io.larder.setting.Live;
import io.larder.sse.SseReader;
import io.larder.telemetry.Telemetry;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.random.RandomGenerator;

/** Answers chat requests: from the cache where it can, else by way of an {@link Exchange}. */
public final class Chat {
  private static final Wire WIRE = Wire.OPENAI_CHAT;
  private static final String NOT_USED = "";

  /** How long a node may take to refresh an answer before another one tries. */
  private static final Duration REFRESH_MAX = Duration.ofSeconds(30);

  private final Providers providers;
  private final Cache cache;
  private final Live<CacheSettings> cacheSettings;
  private final InferenceSettings settings;
  private final Waiters waiters;
  private final Telemetry telemetry;
  private final InstantSource clock;
  private final Semaphore detached;
  private final RandomGenerator chance;

  Chat(
      Providers providers,
      Cache cache,
      Live<CacheSettings> cacheSettings,
      InferenceSettings settings,
      Waiters waiters,
      Telemetry telemetry,
      InstantSource clock,
      RandomGenerator chance) {
    this.providers = providers;
    this.cache = cache;
    this.cacheSettings = cacheSettings;
    this.settings = settings;
    this.waiters = waiters;
    this.telemetry = telemetry;
    this.clock = clock;
    this.chance = chance;
    this.detached = new Semaphore(settings.detachedCountMax());
  }

  /** How far a request could be answered without waiting. */
  public sealed interface Step {
    /** It is answered, from the cache. */
    record Answered(Answer answer) implements Step {}

    /** A provider has to be asked, which takes a thread that may wait. */
    record ToAsk(Exchange exchange) implements Step {}
  }

  /**
   * Begins to answer. Takes at most one lookup in the cache; asks nobody.
   *
   * @param body the request; kept, so the caller gives it away
   * @param headers the client's header fields
   * @throws BadRequest if the request is none
   * @throws io.larder.provider.UnknownModel if no provider serves its model
   * @throws ScopeRefused if the caller may not share the answer as asked
   * @throws NotCached if only a cached answer will do and there is none
   */
  public Step begin(Caller caller, byte[] body, List<Header> headers, CacheDirectives directives) {
    var request = ChatRequest.parse(body);
    var route = providers.route(request.model());
    var now = cacheSettings.get();
    var larder = directives.larder();
    var scope = scope(caller, larder, now.scope());
    var fingerprint =
        Fingerprints.of(scope, larder.namespace(), caller, WIRE, route, request.object());
    var form = request.stream() ? ":stream" : "";
    var key = new Key(WIRE.cacheType(), fingerprint.hex() + form);

    var bypass = bypass(request, directives, now);
    var found = bypass.isEmpty() ? cache.find(key) : new Lookup.Absent(0);
    var hit = usable(found, directives).flatMap(kept -> decode(kept));
    if (hit.isPresent() && found instanceof Lookup.Found(Kept kept)) {
      return new Step.Answered(hit(hit.get(), kept, fingerprint, request));
    }
    var plan =
        new Exchange.Plan(
            fingerprint,
            forward(found, directives),
            bypass,
            bypass.isEmpty()
                ? Optional.of(cache.ticket(key, found, labels(caller, route, larder)))
                : Optional.empty(),
            now.retention(WIRE.cacheType(), larder.ttl(), chance),
            now.valueBytesMax());
    var exchange = new Exchange(this, request, route, headers, plan, fallback(found, directives));
    if (hit.isPresent() && found instanceof Lookup.Stale(Kept kept)) {
      refresh(key, exchange);
      var stale = stale(hit.get(), kept, fingerprint, request, "while-revalidate");
      return new Step.Answered(stale);
    }
    telemetry.cacheRequest(WIRE.cacheType(), bypass.isEmpty() ? "miss" : "bypass");
    if (directives.onlyIfCached()) {
      throw new NotCached(plan.status(false, "only-if-cached"));
    }
    return new Step.ToAsk(exchange);
  }

  /** Who shares the answer: as configured, unless the caller asks for less, or may ask for more. */
  private static Scope scope(Caller caller, LarderCache larder, Scope configured) {
    var asked = larder.scope().orElse(configured);
    if (asked.compareTo(configured) > 0 && !caller.roles().contains("admin")) {
      throw new ScopeRefused(asked, configured);
    }
    return asked;
  }

  private static List<Label> labels(Caller caller, Providers.Route route, LarderCache larder) {
    var labels = new ArrayList<Label>();
    labels.add(new Label(Label.Kind.MODEL, route.model()));
    labels.add(new Label(Label.Kind.PROVIDER, route.provider().name()));
    labels.add(new Label(Label.Kind.USER, caller.id()));
    labels.addAll(larder.labels());
    return labels;
  }

  /** The value that answers the request at once, if what was found is one. */
  private Optional<Kept> usable(Lookup found, CacheDirectives directives) {
    if (directives.noCache()) {
      return Optional.empty();
    }
    return switch (found) {
      case Lookup.Found(Kept kept) ->
          isTooOld(kept, directives) ? Optional.empty() : Optional.of(kept);
      case Lookup.Stale(Kept kept) ->
          // RFC 9111, 5.2.1.1: whoever limits the age wants nothing stale
          directives.maxAge().isEmpty() && kept.servesWhileRevalidating(clock.instant())
              ? Optional.of(kept)
              : Optional.empty();
      case Lookup.Absent absent -> Optional.empty();
      case Lookup.Unknown unknown -> Optional.empty();
    };
  }

  /** What may answer in case the provider fails. */
  private Optional<Kept> fallback(Lookup found, CacheDirectives directives) {
    boolean allowed = !directives.noCache() && directives.maxAge().isEmpty();
    return allowed && found instanceof Lookup.Stale(Kept kept)
        ? Optional.of(kept).filter(stale -> stale.servesOnError(clock.instant()))
        : Optional.empty();
  }

  /** Why the provider is asked, as RFC 9211 names it. */
  private static String forward(Lookup found, CacheDirectives directives) {
    if (directives.noCache() || found instanceof Lookup.Found) {
      return "request";
    }
    return found instanceof Lookup.Stale ? "stale" : "uri-miss";
  }

  /** Gets a fresh answer for the cache while nobody waits; one node does it for all. */
  private void refresh(Key key, Exchange exchange) {
    waiters.execute(
        () -> {
          if (cache.claim(key, REFRESH_MAX)) {
            exchange.refresh();
          }
        });
  }

  /** Why the cache is left out; empty = it is not. */
  private static String bypass(
      ChatRequest request, CacheDirectives directives, CacheSettings settings) {
    if (directives.noStore()) {
      return "no-store";
    }
    if (request.isStateful()) {
      return "stateful";
    }
    return settings.onlyDeterministic() && !request.isDeterministic()
        ? "not-deterministic"
        : NOT_USED;
  }

  private Optional<Entry> decode(Kept kept) {
    var entry = Entry.decode(kept.value());
    if (entry.isEmpty()) {
      telemetry.cacheUnreadable();
    }
    return entry;
  }

  private Answer hit(Entry entry, Kept kept, Fingerprint fingerprint, ChatRequest request) {
    telemetry.cacheRequest(WIRE.cacheType(), "hit");
    telemetry.tokensSaved(entry.usage().total());
    var now = clock.instant();
    var status =
        new CacheStatus.Hit(fingerprint, kept.age(now), kept.left(now), entry.providerTime());
    return answer(entry, request, status);
  }

  private Answer stale(
      Entry entry, Kept kept, Fingerprint fingerprint, ChatRequest request, String detail) {
    telemetry.cacheRequest(WIRE.cacheType(), "stale");
    telemetry.tokensSaved(entry.usage().total());
    var now = clock.instant();
    var status =
        new CacheStatus.Stale(
            fingerprint, kept.age(now), kept.left(now).negated(), entry.providerTime(), detail);
    return answer(entry, request, status);
  }

  /** The answer that a value past its time gives because the provider has failed. */
  Optional<Answer> staleOnError(Kept kept, Fingerprint fingerprint, ChatRequest request) {
    return decode(kept).map(entry -> stale(entry, kept, fingerprint, request, "if-error"));
  }

  private boolean isTooOld(Kept kept, CacheDirectives directives) {
    var age = kept.age(clock.instant());
    return directives.maxAge().filter(max -> age.compareTo(max) > 0 || max.isZero()).isPresent();
  }

  private static Answer answer(Entry entry, ChatRequest request, CacheStatus status) {
    boolean hideUsage = request.stream() && entry.usageAsked() && !request.wantsUsage();
    var body = hideUsage ? withoutUsage(entry.body()) : entry.body();
    return new Answer(
        entry.status(),
        List.of(new Header("Content-Type", entry.contentType())),
        new Answer.Whole(body),
        status);
  }

  private static byte[] withoutUsage(byte[] stream) {
    var reader = new SseReader(new ByteArrayInputStream(stream), Integer.MAX_VALUE);
    var shown = new ByteArrayOutputStream(stream.length);
    try {
      var frames = reader.next();
      while (!frames.isEmpty()) {
        frames.forEach(frame -> shown.writeBytes(ChatForm.withoutUsage(frame)));
        frames = reader.next();
      }
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return shown.toByteArray();
  }

  Cache cache() {
    return cache;
  }

  InferenceSettings settings() {
    return settings;
  }

  Waiters waiters() {
    return waiters;
  }

  Telemetry telemetry() {
    return telemetry;
  }

  Semaphore detached() {
    return detached;
  }
}

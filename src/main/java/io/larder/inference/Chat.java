package io.larder.inference;

import io.larder.cache.Cache;
import io.larder.cache.CacheSettings;
import io.larder.cache.Figures;
import io.larder.cache.Kept;
import io.larder.cache.Key;
import io.larder.cache.Lookup;
import io.larder.model.Caller;
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
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.random.RandomGenerator;

/** Answers chat requests: from the cache where it can, else by way of an {@link Exchange}. */
public final class Chat {
  private static final Wire WIRE = Wire.OPENAI_CHAT;

  /** How long a node may take to refresh an answer before another one tries. */
  private static final Duration REFRESH_MAX = Duration.ofSeconds(30);

  private final Providers providers;
  private final Cache cache;
  private final Live<CacheSettings> cacheSettings;
  private final InferenceSettings settings;
  private final Waiters waiters;
  private final Telemetry telemetry;
  private final Figures figures;
  private final RefreshAhead refreshAhead;
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
      Figures figures,
      RefreshAhead refreshAhead,
      InstantSource clock,
      RandomGenerator chance) {
    this.providers = providers;
    this.cache = cache;
    this.cacheSettings = cacheSettings;
    this.settings = settings;
    this.waiters = waiters;
    this.telemetry = telemetry;
    this.figures = figures;
    this.refreshAhead = refreshAhead;
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
    var asked = Asked.of(caller, request, route, headers, directives, cacheSettings.get());
    var tally = tally(caller);
    var key = asked.key();

    var found = asked.usesCache() ? cache.find(key) : new Lookup.Absent(0);
    var now = clock.instant();
    var hit = asked.usable(found, now).flatMap(this::decode);
    if (hit.isPresent() && found instanceof Lookup.Found(Kept kept)) {
      refreshAhead.hit(key, kept, now, () -> refresh(key, exchange(asked, found, tally)));
      return new Step.Answered(hit(hit.get(), kept, asked, tally));
    }
    var exchange = exchange(asked, found, tally);
    if (hit.isPresent() && found instanceof Lookup.Stale(Kept kept)) {
      refresh(key, exchange);
      return new Step.Answered(stale(hit.get(), kept, asked, tally, "while-revalidate"));
    }
    if (asked.usesCache()) {
      tally.miss();
    } else {
      tally.bypass();
    }
    if (directives.onlyIfCached()) {
      throw new NotCached(exchange.status(false, "only-if-cached"));
    }
    return new Step.ToAsk(exchange);
  }

  private Tally tally(Caller caller) {
    return new Tally(
        telemetry, figures, WIRE.cacheType(), Figures.user(caller.tenant(), caller.id()));
  }

  private Exchange exchange(Asked asked, Lookup found, Tally tally) {
    var settings = asked.settings();
    var plan =
        new Exchange.Plan(
            asked.forward(found),
            asked.usesCache()
                ? Optional.of(cache.ticket(asked.key(), found, asked.labels()))
                : Optional.empty(),
            settings.retention(WIRE.cacheType(), asked.directives().larder().ttl(), chance),
            settings.valueBytesMax(),
            asked.fallback(found, clock.instant()));
    return new Exchange(this, asked, plan, tally);
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

  private Optional<Entry> decode(Kept kept) {
    var entry = Entry.decode(kept.value());
    if (entry.isEmpty()) {
      telemetry.cacheUnreadable();
    }
    return entry;
  }

  private Answer hit(Entry entry, Kept kept, Asked asked, Tally tally) {
    tally.hit(entry);
    var now = clock.instant();
    var status =
        new CacheStatus.Hit(
            asked.fingerprint(), kept.age(now), kept.left(now), entry.providerTime());
    return answer(entry, asked.request(), status);
  }

  private Answer stale(Entry entry, Kept kept, Asked asked, Tally tally, String detail) {
    tally.stale(entry);
    var now = clock.instant();
    var status =
        new CacheStatus.Stale(
            asked.fingerprint(),
            kept.age(now),
            kept.left(now).negated(),
            entry.providerTime(),
            detail);
    return answer(entry, asked.request(), status);
  }

  /** The answer that a value past its time gives because the provider has failed. */
  Optional<Answer> staleOnError(Kept kept, Asked asked, Tally tally) {
    return decode(kept).map(entry -> stale(entry, kept, asked, tally, "if-error"));
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

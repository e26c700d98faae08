package io.larder.inference;

import io.larder.cache.Cache;
import io.larder.cache.CacheKey;
import io.larder.cache.CacheSettings;
import io.larder.cache.Kept;
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
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/** Answers chat requests: from the cache where it can, else by way of an {@link Exchange}. */
public final class Chat {
  private static final Wire WIRE = Wire.OPENAI_CHAT;
  private static final String NOT_USED = "";

  private final Providers providers;
  private final Cache cache;
  private final Live<CacheSettings> cacheSettings;
  private final InferenceSettings settings;
  private final Waiters waiters;
  private final Telemetry telemetry;
  private final InstantSource clock;
  private final Semaphore detached;

  Chat(
      Providers providers,
      Cache cache,
      Live<CacheSettings> cacheSettings,
      InferenceSettings settings,
      Waiters waiters,
      Telemetry telemetry,
      InstantSource clock) {
    this.providers = providers;
    this.cache = cache;
    this.cacheSettings = cacheSettings;
    this.settings = settings;
    this.waiters = waiters;
    this.telemetry = telemetry;
    this.clock = clock;
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
   * @throws NotCached if only a cached answer will do and there is none
   */
  public Step begin(Caller caller, byte[] body, List<Header> headers, CacheDirectives directives) {
    var request = ChatRequest.parse(body);
    var route = providers.route(request.model());
    var now = cacheSettings.get();
    var fingerprint = Fingerprints.of(now.scope(), caller, WIRE, route, request.object());
    var form = request.stream() ? ":stream" : "";
    var key = new CacheKey(WIRE.cacheType(), fingerprint.hex() + form);

    var bypass = bypass(request, directives, now);
    Lookup found = new Lookup.Absent();
    var forward = "uri-miss";
    if (bypass.isEmpty() && directives.noCache()) {
      forward = "request";
    } else if (bypass.isEmpty()) {
      found = cache.find(key);
      var hit = hit(found, fingerprint, request, directives);
      if (hit.isPresent()) {
        return new Step.Answered(hit.get());
      }
      forward = found instanceof Lookup.Found ? "request" : forward;
    }
    var plan =
        new Exchange.Plan(
            fingerprint,
            key,
            forward,
            bypass,
            found,
            now.ttl(WIRE.cacheType()),
            now.valueBytesMax());
    telemetry.cacheRequest(WIRE.cacheType(), bypass.isEmpty() ? "miss" : "bypass");
    if (directives.onlyIfCached()) {
      throw new NotCached(plan.status(false, "only-if-cached"));
    }
    return new Step.ToAsk(new Exchange(this, request, route, headers, plan));
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

  private Optional<Answer> hit(
      Lookup lookup, Fingerprint fingerprint, ChatRequest request, CacheDirectives directives) {
    if (!(lookup instanceof Lookup.Found found) || isTooOld(found.kept(), directives)) {
      return Optional.empty();
    }
    var entry = Entry.decode(found.kept().value());
    if (entry.isEmpty()) {
      telemetry.cacheUnreadable();
      return Optional.empty();
    }
    telemetry.cacheRequest(WIRE.cacheType(), "hit");
    telemetry.tokensSaved(entry.get().usage().total());
    var now = clock.instant();
    var status =
        new CacheStatus.Hit(
            fingerprint, found.kept().age(now), found.kept().left(now), entry.get().providerTime());
    return Optional.of(answer(entry.get(), request, status));
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

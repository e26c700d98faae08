package io.larder.inference;

import io.larder.cache.Cache;
import io.larder.cache.CacheSettings;
import io.larder.cache.Figures;
import io.larder.cache.Kept;
import io.larder.cache.Lookup;
import io.larder.live.FlightId;
import io.larder.live.Flights;
import io.larder.live.StreamIds;
import io.larder.model.Caller;
import io.larder.model.Header;
import io.larder.model.Wire;
import io.larder.provider.Providers;
import io.larder.provider.Providers.Route;
import io.larder.setting.Live;
import io.larder.telemetry.Telemetry;
import io.larder.wire.OpenAiEmbeddings;
import io.larder.wire.OpenAiEmbeddings.Batch;
import io.larder.wire.WireFormat;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/** Answers requests: from the cache where it can, else by way of an {@link Exchange}. */
public final class Inference {
  /** How long a node may take to refresh an answer before another one tries. */
  private static final Duration REFRESH_MAX = Duration.ofSeconds(30);

  private final Providers providers;
  private final Cache cache;
  private final Live<CacheSettings> cacheSettings;
  private final Flights flights;
  private final StreamIds streamIds;
  private final InferenceSettings settings;
  private final Waiters waiters;
  private final Telemetry telemetry;
  private final Figures figures;
  private final RefreshAhead refreshAhead;
  private final Charges charges;
  private final InstantSource clock;
  private final Detached detached;
  private final RandomGenerator chance;

  Inference(
      Providers providers,
      Cache cache,
      Live<CacheSettings> cacheSettings,
      Flights flights,
      StreamIds streamIds,
      InferenceSettings settings,
      Waiters waiters,
      Telemetry telemetry,
      Figures figures,
      RefreshAhead refreshAhead,
      Charges charges,
      InstantSource clock,
      RandomGenerator chance) {
    this.providers = providers;
    this.cache = cache;
    this.cacheSettings = cacheSettings;
    this.flights = flights;
    this.streamIds = streamIds;
    this.settings = settings;
    this.waiters = waiters;
    this.telemetry = telemetry;
    this.figures = figures;
    this.refreshAhead = refreshAhead;
    this.charges = charges;
    this.clock = clock;
    this.detached = new Detached(settings.detachedCountMax(), settings.detachedMax());
    this.chance = chance;
  }

  /** How far a request could be answered without waiting. */
  public sealed interface Step {
    /** It is answered, from the cache. */
    record Answered(Answer answer) implements Step {}

    /** A provider has to be asked, which takes a thread that may wait. */
    record ToAsk(Asking asking) implements Step {}
  }

  /**
   * Begins to answer. Takes at most one lookup in the cache; asks nobody.
   *
   * @param body the request; kept, so the caller gives it away
   * @param headers the client's header fields
   * @throws io.larder.wire.BadRequest if the request is none
   * @throws io.larder.provider.UnknownModel if no provider serves its model
   * @throws ModelRefused if the caller may not ask for it
   * @throws ScopeRefused if the caller may not share the answer as asked
   * @throws NotCached if only a cached answer will do and there is none
   */
  public Step begin(
      Caller caller,
      WireFormat format,
      byte[] body,
      List<Header> headers,
      CacheDirectives directives) {
    var request = format.parse(body);
    var routes = routes(caller, format.wire(), request.model());
    var asked = Asked.of(caller, format, request, routes, headers, directives, cacheSettings.get());
    var tally =
        new Tally(
            telemetry,
            figures,
            format.wire().cacheType(),
            Figures.user(caller.tenant(), caller.id()),
            asked.model());
    return batch(asked)
        .map(batch -> beginBatch(asked, batch, tally))
        .orElseGet(() -> beginOne(asked, tally));
  }

  /** Where that caller may ask for a model: what a key does not allow is left out. */
  private List<Route> routes(Caller caller, Wire wire, String model) {
    var routes =
        providers.routes(wire, model).stream()
            .filter(route -> caller.grant().allows(route.provider().name(), route.model()))
            .toList();
    if (routes.isEmpty()) {
      throw new ModelRefused(model);
    }
    return routes;
  }

  /**
   * How a model is asked to chat.
   *
   * @param format of its first provider
   * @param usage whether all who may answer can be asked for the usage of a stream
   */
  public record Chat(WireFormat format, boolean usage) {}

  /**
   * How a model is asked to chat.
   *
   * @throws io.larder.provider.UnknownModel if no provider serves it so
   * @throws ModelRefused if the caller may not ask for it
   */
  public Chat chat(Caller caller, String model) {
    var wire = providers.wire(model, List.of(Wire.OPENAI_CHAT, Wire.ANTHROPIC_MESSAGES));
    boolean usage =
        routes(caller, wire, model).stream().allMatch(route -> route.provider().streamsUsage());
    return new Chat(WireFormat.of(wire), usage);
  }

  private Step beginOne(Asked asked, Tally tally) {
    var found = asked.usesCache() ? cache.find(asked.key()) : new Lookup.Absent(0);
    var answer = answered(asked, found, tally);
    if (answer.isPresent()) {
      return new Step.Answered(answer.get());
    }
    refuseIfOnlyCached(asked, found, tally);
    return new Step.ToAsk(exchange(asked, found, tally));
  }

  /** The inputs of a request for embeddings, if it has several that the cache may hold. */
  private static Optional<Batch> batch(Asked asked) {
    boolean whole = !asked.usesCache() || asked.directives().noCache();
    if (whole || asked.format().wire() != Wire.OPENAI_EMBEDDINGS) {
      return Optional.empty();
    }
    return Optional.of(OpenAiEmbeddings.batch(asked.request())).filter(Batch::isWorthSplitting);
  }

  /** A lookup for each of its inputs takes too long for the server's own thread. */
  private Step beginBatch(Asked asked, Batch batch, Tally tally) {
    return new Step.ToAsk(new BatchExchange(this, asked, batch, tally));
  }

  static void refuseIfOnlyCached(Asked asked, Lookup found, Tally tally) {
    if (asked.directives().onlyIfCached()) {
      tally.miss();
      throw new NotCached(asked.missed(found, false, "only-if-cached"));
    }
  }

  private Exchange exchange(Asked asked, Lookup found, Tally tally) {
    return new Exchange(this, asked, found, tally, new EntryKeeper(cache, asked, tally, chance));
  }

  /** The answer that a lookup gives, if it gives one. */
  Optional<Answer> answered(Asked asked, Lookup found, Tally tally) {
    var now = clock.instant();
    var usable = asked.usable(found, now);
    if (usable.isEmpty()) {
      return Optional.empty();
    }
    if (found instanceof Lookup.Stale(Kept kept)) {
      var answer = stale(kept, asked, tally, "while-revalidate");
      answer.ifPresent(served -> refresh(asked, found, tally));
      return answer;
    }
    var kept = usable.get();
    var answer = read(kept, asked, entry -> hit(entry, kept, asked, now, tally));
    answer.ifPresent(
        served -> refreshAhead.hit(asked.key(), kept, now, () -> refresh(asked, found, tally)));
    return answer;
  }

  private Answer hit(Replay replay, Kept kept, Asked asked, Instant now, Tally tally) {
    tally.hit(replay.entry());
    var status =
        new CacheStatus.Hit(
            asked.fingerprint(),
            kept.age(now),
            kept.left(now),
            replay.entry().about().providerTime());
    return answer(replay, asked, status);
  }

  /** The answer that a value past its time gives. */
  Optional<Answer> stale(Kept kept, Asked asked, Tally tally, String detail) {
    return read(
        kept,
        asked,
        replay -> {
          tally.stale(replay.entry());
          var now = clock.instant();
          var status =
              new CacheStatus.Stale(
                  asked.fingerprint(),
                  kept.age(now),
                  kept.left(now).negated(),
                  replay.entry().about().providerTime(),
                  detail);
          return answer(replay, asked, status);
        });
  }

  private Optional<Answer> read(Kept kept, Asked asked, Function<Replay, Answer> made) {
    var entry = Entry.decode(kept.value());
    if (entry.isEmpty()) {
      telemetry.cacheUnreadable();
      return Optional.empty();
    }
    return Replay.of(entry.get(), asked.format(), asked.request(), asked.directives().larder())
        .map(made);
  }

  private Answer answer(Replay replay, Asked asked, CacheStatus status) {
    var about = replay.entry().about();
    return new Answer(
        about.status(),
        List.of(new Header("Content-Type", replay.contentType())),
        replay.body(),
        status,
        about.provider(),
        asked.request().stream()
            ? Optional.of(streamName(asked, about.answerId()))
            : Optional.empty());
  }

  /** Gets a fresh answer for the cache while nobody waits; one node does it for all. */
  private void refresh(Asked asked, Lookup found, Tally tally) {
    waiters.execute(
        () -> {
          if (cache.claim(asked.key(), REFRESH_MAX)) {
            exchange(asked, found, tally).refresh();
          }
        });
  }

  /** With whom that caller may share answers, as {@code Larder-Cache} names them. */
  public List<String> scopes(Caller caller) {
    return Asked.scopes(caller, cacheSettings.get().scope()).stream().map(Asked::name).toList();
  }

  /** The name under which a caller can go on with a stream. */
  String streamName(Asked asked, long answerId) {
    var view = new Streams.Shown(asked.format().wire(), asked.request().wantsUsage());
    var flight = new FlightId(asked.fingerprint().hex(), answerId);
    return streamIds.name(flight, view.code(), asked.caller());
  }

  Charges charges() {
    return charges;
  }

  Providers providers() {
    return providers;
  }

  Cache cache() {
    return cache;
  }

  Flights flights() {
    return flights;
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

  Detached detached() {
    return detached;
  }

  RandomGenerator chance() {
    return chance;
  }

  Instant now() {
    return clock.instant();
  }
}

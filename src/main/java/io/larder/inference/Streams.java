package io.larder.inference;

import io.larder.cache.Cache;
import io.larder.cache.CacheSettings;
import io.larder.cache.Kept;
import io.larder.cache.Key;
import io.larder.cache.Lookup;
import io.larder.live.Flight;
import io.larder.live.FlightId;
import io.larder.live.Flights;
import io.larder.live.Head;
import io.larder.live.Outcome;
import io.larder.live.Part;
import io.larder.live.StreamIds;
import io.larder.model.Caller;
import io.larder.model.Fingerprint;
import io.larder.model.Header;
import io.larder.model.Wire;
import io.larder.setting.Live;
import io.larder.telemetry.Telemetry;
import io.larder.wire.WireFormat;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Streams that were begun before, again: from the start or after an event, as long as they are in
 * flight on any node, in the cache, or held for a while after their end.
 */
public final class Streams {
  private static final String EVENT_STREAM = "text/event-stream; charset=utf-8";

  private final StreamIds ids;
  private final Cache cache;
  private final Live<CacheSettings> cacheSettings;
  private final Flights flights;
  private final InferenceSettings settings;
  private final Telemetry telemetry;
  private final InstantSource clock;

  /**
   * How a stream was shown.
   *
   * @param usage whether its usage was shown
   */
  record Shown(Wire wire, boolean usage) {
    private static final int USAGE = 0x80;

    /** One byte; what it means holds for as long as streams can be resumed. */
    int code() {
      return wire.number() | (usage ? USAGE : 0);
    }

    static Optional<Shown> of(int code) {
      return Arrays.stream(Wire.values())
          .filter(wire -> wire.number() == (code & ~USAGE))
          .findFirst()
          .map(wire -> new Shown(wire, (code & USAGE) != 0));
    }
  }

  Streams(
      StreamIds ids,
      Cache cache,
      Live<CacheSettings> cacheSettings,
      Flights flights,
      InferenceSettings settings,
      Telemetry telemetry,
      InstantSource clock) {
    this.ids = ids;
    this.cache = cache;
    this.cacheSettings = cacheSettings;
    this.flights = flights;
    this.settings = settings;
    this.telemetry = telemetry;
    this.clock = clock;
  }

  /**
   * Goes on with a stream. May wait, so it wants a thread.
   *
   * @param name as {@code Larder-Stream} told it
   * @param after number of the last event that the client has; 0 = none
   * @return empty if there is no such stream for that caller, or no more
   */
  public Optional<Answer> resume(Caller caller, String name, long after) {
    return ids.read(name, caller)
        .flatMap(
            named ->
                Shown.of(named.view())
                    .flatMap(shown -> resume(name, named.flight(), shown, after)));
  }

  /**
   * A stream that is over and in the cache. Does not wait.
   *
   * @return empty if it is not there, or not that caller's
   */
  public Optional<Answer> kept(Caller caller, String name) {
    return ids.read(name, caller)
        .flatMap(
            named ->
                Shown.of(named.view()).flatMap(shown -> stored(name, named.flight(), shown, 0)));
  }

  /** The wire in which a stream of that caller is shown. */
  public Optional<Wire> wire(Caller caller, String name) {
    return ids.read(name, caller).flatMap(named -> Shown.of(named.view())).map(Shown::wire);
  }

  private Optional<Answer> resume(String name, FlightId id, Shown shown, long after) {
    var stored = stored(name, id, shown, after);
    return stored.isPresent() ? stored : inFlight(name, id, shown, after);
  }

  private Optional<Answer> stored(String name, FlightId id, Shown shown, long after) {
    var key = new Key(shown.wire().cacheType(), id.key());
    return switch (cache.find(key)) {
      case Lookup.Found(Kept kept) -> stored(name, id, shown, after, kept);
      case Lookup.Stale(Kept kept) -> stored(name, id, shown, after, kept);
      case Lookup.Absent absent -> Optional.empty();
      case Lookup.Unknown unknown -> Optional.empty();
    };
  }

  private Optional<Answer> stored(String name, FlightId id, Shown shown, long after, Kept kept) {
    var entry = Entry.decode(kept.value());
    if (entry.isEmpty() || entry.get().about().answerId() != id.answerId()) {
      return Optional.empty();
    }
    var now = clock.instant();
    var head = Replay.head(entry.get());
    var status =
        new CacheStatus.Hit(
            new Fingerprint(id.key()),
            kept.age(now),
            kept.left(now),
            entry.get().about().providerTime());
    return entry
        .get()
        .parts()
        .flatMap(parts -> Forms.stream(WireFormat.of(shown.wire()), head, parts))
        .map(parts -> whole(name, head, parts, shown, after, status));
  }

  private static Answer whole(
      String name, Head head, List<Part> parts, Shown shown, long after, CacheStatus status) {
    var bytes = View.after(after, Forms.showsUsage(head, shown.usage())).show(parts);
    return answer(name, Answer.Whole.of(bytes), status);
  }

  private static Answer answer(String name, Answer.Body body, CacheStatus status) {
    return new Answer(
        200,
        List.of(new Header("Content-Type", EVENT_STREAM)),
        body,
        status,
        "",
        Optional.of(name));
  }

  private Optional<Answer> inFlight(String name, FlightId id, Shown shown, long after) {
    int bytesMax = cacheSettings.get().valueBytesMax();
    return flights
        .find(id, bytesMax)
        .or(() -> flights.find(id.alone(), bytesMax))
        .flatMap(flight -> inFlight(name, id, flight, shown, after));
  }

  private Optional<Answer> inFlight(
      String name, FlightId id, Flight flight, Shown shown, long after) {
    boolean stays = false;
    try {
      var log = flight.log();
      if (!log.awaitPart(settings.followMax())) {
        throw new TooSlow(settings.followMax());
      }
      var head = log.head();
      if (head.isEmpty()) {
        return Optional.empty();
      }
      var format = WireFormat.of(shown.wire());
      var status = new CacheStatus.Collapsed(new Fingerprint(id.key()), "uri-miss");
      if (head.get().stream()) {
        stays = true;
        var view = View.after(after, Forms.showsUsage(head.get(), shown.usage()));
        return Optional.of(
            answer(name, new Delivery(flight, format, view, telemetry, null), status));
      }
      if (log.awaitOutcome(settings.followMax()).orElse(null) instanceof Outcome.Complete) {
        return Forms.stream(format, head.get(), log.view(0).parts())
            .map(parts -> whole(name, head.get(), parts, shown, after, status));
      }
      return Optional.empty();
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    } finally {
      if (!stays) {
        flight.leave();
      }
    }
  }
}

package io.larder.cached;

import io.larder.cache.Cache;
import io.larder.cache.CacheSettings;
import io.larder.cache.Kept;
import io.larder.cache.Lookup;
import io.larder.cache.Retention;
import io.larder.cache.Ticket;
import io.larder.cached.Flights.Landing;
import io.larder.cached.Values.Result;
import io.larder.telemetry.Telemetry;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Results in the cache: what may be kept, for how long, and what can be read back. */
final class Shelf {
  private final Cache cache;
  private final Supplier<CacheSettings> settings;
  private final Values values;
  private final InstantSource clock;
  private final RandomGenerator chance;
  private final Telemetry telemetry;

  Shelf(
      Cache cache,
      Supplier<CacheSettings> settings,
      Values values,
      InstantSource clock,
      RandomGenerator chance,
      Telemetry telemetry) {
    this.cache = cache;
    this.settings = settings;
    this.values = values;
    this.clock = clock;
    this.chance = chance;
    this.telemetry = telemetry;
  }

  /** The result that a lookup found, unless there is none or it cannot be read. */
  Optional<Result> read(Terms terms, Lookup lookup) {
    if (!(lookup instanceof Lookup.Found(Kept kept))) {
      return Optional.empty();
    }
    var now = clock.instant();
    var read =
        values.read(terms.form(), kept.value(), new Origin.Hit(kept.age(now), kept.left(now)));
    if (read.isEmpty()) {
      telemetry.cacheUnreadable();
    }
    return read;
  }

  /** What a lookup found, for those who wait for a call that it has made needless. */
  Landing landing(Lookup lookup) {
    return lookup instanceof Lookup.Found(Kept kept)
        ? new Landing(Optional.of(kept.value()), kept.left(clock.instant()))
        : Landing.NOTHING;
  }

  /** The time to live that the operator has set, or else the annotation's. */
  Duration ttl(Terms terms) {
    return settings.get().ttl(terms.naming().type()).orElse(terms.ttl());
  }

  /** Keeps a result if it may be kept; never fails. */
  Landing keep(Terms terms, Ticket ticket, @Nullable Object value) {
    var bytes = values.write(terms.form(), value);
    var ttl = lasting(terms, value);
    if (bytes.isEmpty()
        || ttl.isEmpty()
        || bytes.get().length > settings.get().valueBytesMax()
        || !cache.keep(ticket, bytes.get(), ttl.get())) {
      return new Landing(bytes, Duration.ZERO);
    }
    return new Landing(bytes, ttl.get().ttl());
  }

  private Optional<Retention> lasting(Terms terms, @Nullable Object value) {
    if (value instanceof Response response && !Snapshot.mayBeKept(response)) {
      return Optional.empty();
    }
    var type = terms.naming().type();
    if (Values.isEmpty(value)) {
      return terms.emptyTtl().map(ttl -> spread(type, Optional.of(ttl)));
    }
    var set = settings.get().ttl(type);
    return Optional.of(spread(type, set.isPresent() ? Optional.empty() : Optional.of(terms.ttl())));
  }

  /** Never stale: nobody would serve it, so nothing is held past its time. */
  private Retention spread(String type, Optional<Duration> asked) {
    return Retention.of(settings.get().retention(type, asked, chance).ttl());
  }

  /** What the caller gets for whom the method was called. */
  @Nullable Object own(Terms terms, @Nullable Object value, Landing landing, String forward) {
    var origin = new Origin.Called(forward, landing.left());
    return landing
        .bytes()
        .map(bytes -> new Result(values.own(terms.form(), value, bytes, origin)))
        .orElse(new Result(value))
        .value();
  }

  /** What others get from the same call, unless it cannot be shared. */
  Optional<Result> share(Terms terms, Landing landing) {
    return landing
        .bytes()
        .flatMap(bytes -> values.read(terms.form(), bytes, new Origin.Collapsed(landing.left())));
  }
}

package io.larder.live;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import io.larder.cache.Ticket;
import io.larder.live.SharedLogs.Version;
import io.larder.telemetry.Telemetry;
import io.larder.valkey.ValkeyUnavailable;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The answers that this node waits for, so that whoever asks the same joins instead of asking
 * again.
 *
 * <p>Per request key there is at most one flight on a node that can be joined, and over all nodes
 * at most one leader as long as the store of the cache answers. Without it, each node has its own.
 */
public final class Flights implements AutoCloseable {
  /** A node that is silent for so long asks no more. Long enough for a pause of the JVM. */
  static final Duration LEASE = Duration.ofSeconds(6);

  private static final Logger LOG = System.getLogger(Flights.class.getName());

  private final LiveSettings settings;
  private final SharedLogs logs;
  private final Showing showing;
  private final Following following;
  private final Leases leases;
  private final Executor threads;
  private final AtomicLong bytes = new AtomicLong();
  private final ConcurrentMap<String, Flight> joinable = new ConcurrentHashMap<>();
  private final ConcurrentMap<FlightId, Flight> open = new ConcurrentHashMap<>();
  private final Cache<FlightId, Flight> ended;

  /** How a request goes on. */
  public sealed interface Boarding {
    /**
     * The caller is to ask, and to end the flight in any case. He is its first reader.
     *
     * @param looksAgain whether he is to look into the cache first, because nobody has compared its
     *     entry with the one that he has seen
     */
    record Lead(Flight flight, boolean looksAgain) implements Boarding {}

    /** Somebody asks already. The caller reads, and leaves in the end. */
    record Follow(Flight flight) implements Boarding {}

    /** The cache's entry is another one by now: look again. */
    record Changed() implements Boarding {}

    /** So many are in flight that this one cannot be shared. */
    record Full() implements Boarding {}

    /** So many read the same already that no more are let in. */
    record Crowded() implements Boarding {}
  }

  /**
   * No flights yet.
   *
   * @param sharedLogs makes the logs shared with other nodes, given who is told their news
   * @param lease how long a lead lasts that nobody renews
   * @param threads for what waits
   */
  Flights(
      LiveSettings settings,
      Function<SharedLogs.Listener, SharedLogs> sharedLogs,
      Records records,
      Duration lease,
      Executor threads,
      Telemetry telemetry) {
    this.settings = settings;
    this.threads = threads;
    this.logs =
        sharedLogs.apply(
            new SharedLogs.Listener() {
              @Override
              public void wanted(FlightId id) {
                Optional.ofNullable(open.get(id))
                    .filter(Flight::leads)
                    .ifPresent(
                        flight -> {
                          flight.followedElsewhere(true);
                          show(flight);
                        });
              }

              @Override
              public void more(FlightId id) {
                Optional.ofNullable(open.get(id)).ifPresent(following::wake);
              }
            });
    this.leases = new Leases(logs, open.values(), lease, this::show);
    this.showing = new Showing(logs, records, leases, settings.retention());
    this.following = new Following(logs, records, lease.dividedBy(2));
    this.ended =
        Caffeine.newBuilder()
            .maximumWeight(settings.bytesMax() / 4)
            .weigher((FlightId id, Flight flight) -> flight.bytes())
            .expireAfterWrite(settings.retention())
            .executor(Runnable::run)
            .evictionListener(
                (@Nullable FlightId id, @Nullable Flight flight, RemovalCause why) -> {
                  if (flight != null) {
                    flight.release();
                  }
                })
            .build();
    telemetry.flights(open::size, bytes::get);
  }

  private void show(Flight flight) {
    if (flight.beginsToShow()) {
      threads.execute(() -> showing.run(flight));
    }
  }

  /**
   * Joins the flight for a key, or begins one.
   *
   * @param ticket to keep the answer, which tells what the caller saw in the cache
   * @param bytesMax of the answer that can be shared
   */
  public Boarding board(String key, Ticket ticket, int bytesMax) {
    while (true) {
      if (open.size() >= settings.flightsMax() && !joinable.containsKey(key)) {
        return new Boarding.Full();
      }
      var mine = flight(id(key), true, bytesMax);
      var other = joinable.putIfAbsent(key, mine);
      if (other == null) {
        // the version of a value that cannot be read is not known
        boolean matters = !ticket.isLocal() && ticket.version() >= 0;
        return begin(mine, new Version(matters, ticket.version()));
      }
      if (!other.join(settings.followersMax())) {
        return new Boarding.Crowded();
      }
      if (!other.hasEnded()) {
        return new Boarding.Follow(other);
      }
      // its end and this request have met; what came of it is in the cache, or nowhere
      other.leave();
      joinable.remove(key, other);
    }
  }

  private Boarding begin(Flight mine, Version version) {
    open.put(mine.id(), mine);
    try {
      return switch (logs.claim(mine.id(), version)) {
        case Claim.Led(boolean compared) -> {
          mine.claimed();
          yield new Boarding.Lead(mine, !compared);
        }
        case Claim.Taken(long answerId) -> {
          open.remove(mine.id());
          mine.follow(answerId);
          open.put(mine.id(), mine);
          follow(mine);
          yield new Boarding.Follow(mine);
        }
        case Claim.Changed changed -> {
          end(mine, new Outcome.Abandoned("the cache has another answer by now"));
          mine.leave();
          yield new Boarding.Changed();
        }
      };
    } catch (ValkeyUnavailable down) {
      // this node still asks only once; what is out of reach is not to be looked at again. The
      // claim may have arrived all the same: the next renewal tells
      LOG.log(Level.DEBUG, "{0} leads for this node, it seems: {1}", mine, down.getMessage());
      mine.claimed();
      return new Boarding.Lead(mine, false);
    } catch (RuntimeException failed) {
      end(mine, new Outcome.Failed("internal"));
      throw failed;
    }
  }

  private void follow(Flight flight) {
    threads.execute(
        () -> {
          // readers wait for the end without a limit, so it has to come, whatever happens
          Outcome outcome = new Outcome.Failed("following the other node failed");
          try {
            outcome = following.run(flight);
          } finally {
            end(flight, outcome);
          }
        });
  }

  /**
   * Begins a flight that nobody can join: one whose answer must be fresh, or is not for the cache.
   *
   * @param isStream whether it can be found on all nodes by its id and {@link FlightId#alone}
   * @param bytesMax of the answer that can be shared
   * @return empty if so many are in flight that this one cannot be followed
   */
  public Optional<Flight> beginAlone(String key, boolean isStream, int bytesMax) {
    if (open.size() >= settings.flightsMax()) {
      return Optional.empty();
    }
    var flight = flight(id(key).alone(), isStream, bytesMax);
    if (!isStream) {
      open.put(flight.id(), flight);
      return Optional.of(flight);
    }
    return switch (begin(flight, new Version(false, 0))) {
      case Boarding.Lead lead -> Optional.of(flight);
      default -> throw new IllegalStateException("a random name is known: " + flight);
    };
  }

  private static FlightId id(String key) {
    return new FlightId(key, ThreadLocalRandom.current().nextLong());
  }

  private Flight flight(FlightId id, boolean shared, int bytesMax) {
    return new Flight(id, new Room(bytes, settings.bytesMax(), bytesMax), true, shared);
  }

  /** Ends a flight; only the first end counts. */
  public void end(Flight flight, Outcome outcome) {
    boolean stored = outcome instanceof Outcome.Complete(boolean inCache) && inCache;
    boolean retain =
        !stored && flight.leads() && flight.bytes() > 0 && !settings.retention().isZero();
    joinable.remove(flight.id().key(), flight);
    if (!flight.close(outcome, retain)) {
      return;
    }
    if (retain) {
      ended.put(flight.id(), flight);
    }
    open.remove(flight.id(), flight);
    if (flight.leads() && flight.beginsToShow()) {
      threads.execute(() -> leave(flight, retain));
    }
  }

  /** Gives the lead of a flight back that nobody on other nodes has seen. */
  private void leave(Flight flight, boolean retain) {
    if (retain || !leases.release(flight, false)) {
      showing.run(flight);
    }
  }

  /**
   * The flight of that name, here or on another node, for one more reader; it may have ended.
   *
   * @param bytesMax of the answer that can be shared
   */
  public Optional<Flight> find(FlightId id, int bytesMax) {
    var here =
        Optional.ofNullable(open.get(id)).or(() -> Optional.ofNullable(ended.getIfPresent(id)));
    if (here.isPresent()) {
      return here.filter(flight -> flight.join(settings.followersMax()));
    }
    boolean led;
    try {
      var tail = logs.tail(id, 0);
      led = tail.led();
      if (!led && tail.records().isEmpty()) {
        return Optional.empty();
      }
    } catch (ValkeyUnavailable down) {
      return Optional.empty();
    }
    var flight = new Flight(id, new Room(bytes, settings.bytesMax(), bytesMax), false, true);
    open.put(id, flight);
    if (led) {
      // what is over answers nobody who asks anew
      joinable.putIfAbsent(id.key(), flight);
    }
    follow(flight);
    return Optional.of(flight);
  }

  /** How many flights there are on this node now. */
  public int size() {
    return open.size();
  }

  /** Bytes that their logs hold. */
  public long bytes() {
    return bytes.get();
  }

  @Override
  public void close() {
    leases.close();
    for (var flight : open.values()) {
      end(flight, new Outcome.Abandoned("the node goes down"));
    }
    logs.close();
  }
}

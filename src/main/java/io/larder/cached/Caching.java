package io.larder.cached;

import io.larder.cache.Cache;
import io.larder.cache.Figures;
import io.larder.cache.Key;
import io.larder.cache.Label;
import io.larder.cache.Lookup;
import io.larder.cache.Ticket;
import io.larder.cached.Flights.Flight;
import io.larder.cached.Flights.Landing;
import io.larder.cached.Values.Result;
import io.larder.model.Caller;
import io.larder.telemetry.Telemetry;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the annotations do, for interceptors to call.
 *
 * <p>Nothing here fails because of the cache: what cannot be named, written, read or waited for is
 * a call of the method. Only a key or a caller that is missing is an error.
 */
final class Caching {
  private final Cache cache;
  private final Shelf shelf;
  private final Parts parts;
  private final Flights flights;
  private final Turns turns;
  private final Owed owed;
  private final Supplier<Optional<Caller>> current;
  private final Telemetry telemetry;
  private final Figures figures;
  private final ConcurrentHashMap<Method, Terms> terms = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<Method, Naming> namings = new ConcurrentHashMap<>();

  Caching(
      Cache cache,
      Shelf shelf,
      Parts parts,
      Flights flights,
      Turns turns,
      Supplier<Optional<Caller>> current,
      Telemetry telemetry,
      Figures figures) {
    this.cache = cache;
    this.shelf = shelf;
    this.parts = parts;
    this.flights = flights;
    this.turns = turns;
    this.owed = new Owed(cache);
    this.current = current;
    this.telemetry = telemetry;
    this.figures = figures;
  }

  /** One call of an annotated method. */
  private record Call(Terms terms, Key key, Set<Label> labels, Tally tally, Work work) {
    /** A result in the form that the method promises. */
    @Nullable Object promised(Result result) {
      return terms.form().stage()
          ? CompletableFuture.completedFuture(result.value())
          : result.value();
    }
  }

  /** Answers a call of a {@link Cached} method. */
  @Nullable Object answer(Method method, @Nullable Object[] arguments, Work work) throws Exception {
    var read = terms.computeIfAbsent(method, one -> Terms.of(annotation(one, Cached.class), one));
    var call = call(read, arguments, work);
    if (!owed.settle()) {
      call.tally().bypass();
      return work.call();
    }
    long ended = flights.ended();
    var lookup = cache.find(call.key());
    var hit = shelf.read(call.terms(), lookup);
    if (hit.isPresent()) {
      call.tally().hit(lookup);
      return call.promised(hit.get());
    }
    var place = flights.board(call.key().name());
    if (place.leads()) {
      return lead(call, place.flight(), lookup, ended);
    }
    if (place.flight().isMine()) {
      return work.call();
    }
    call.tally().collapsed();
    return call.terms().form().stage()
        ? followLater(call, place.flight())
        : follow(call, place.flight());
  }

  private @Nullable Object lead(Call call, Flight flight, Lookup first, long ended)
      throws Exception {
    try {
      var lookup = flights.ended() == ended ? first : cache.find(call.key());
      var hit = lookup.equals(first) ? none() : shelf.read(call.terms(), lookup);
      if (hit.isEmpty() && call.terms().acrossNodes()) {
        var before = lookup;
        lookup = turns.await(call.key(), before, turn(call), found -> readable(call, found));
        hit = lookup.equals(before) ? none() : shelf.read(call.terms(), lookup);
      }
      if (hit.isPresent()) {
        call.tally().hit(lookup);
        flights.land(flight, shelf.landing(lookup));
        return call.promised(hit.get());
      }
      call.tally().miss();
      var ticket = cache.ticket(call.key(), lookup, call.labels());
      return finish(
          call.work().call(),
          call,
          value -> {
            var landing = keep(call, ticket, value);
            free(call, landing);
            flights.land(flight, landing);
            return shelf.own(call.terms(), value, landing, "uri-miss");
          },
          failure -> fail(call, flight, failure));
    } catch (Throwable failure) {
      fail(call, flight, failure);
      throw failure;
    } finally {
      flight.returned();
    }
  }

  private void fail(Call call, Flight flight, Throwable failure) {
    call.tally().failed();
    free(call, Landing.NOTHING);
    flights.fail(flight, failure);
  }

  private boolean readable(Call call, Lookup found) {
    return shelf.read(call.terms(), found).isPresent();
  }

  private static Optional<Result> none() {
    return Optional.empty();
  }

  private Duration turn(Call call) {
    var ttl = shelf.ttl(call.terms());
    var least = call.terms().emptyTtl().filter(empty -> empty.compareTo(ttl) < 0).orElse(ttl);
    // times to live are spread by a tenth
    var life = least.multipliedBy(9).dividedBy(10);
    return life.compareTo(Turns.TIME_MAX) < 0 ? life : Turns.TIME_MAX;
  }

  private Landing keep(Call call, Ticket ticket, @Nullable Object value) {
    var landing = shelf.keep(call.terms(), ticket, value);
    if (landing.isKept()) {
      call.tally().stored();
    }
    return landing;
  }

  /** Tells other nodes that wait for a value that none has come. */
  private void free(Call call, Landing landing) {
    if (call.terms().acrossNodes() && !landing.isKept()) {
      turns.pass(call.key());
    }
  }

  private @Nullable Object follow(Call call, Flight flight) throws Exception {
    var shared = flight.await().flatMap(landing -> shelf.share(call.terms(), landing));
    return shared.isPresent() ? shared.get().value() : call.work().call();
  }

  private CompletionStage<@Nullable Object> followLater(Call call, Flight flight) {
    var promise = new CompletableFuture<@Nullable Object>();
    var unused =
        flight
            .landing()
            .copy()
            .orTimeout(Flights.WAIT_MAX.toMillis(), TimeUnit.MILLISECONDS)
            .whenComplete(
                (landing, failure) -> {
                  var shared = landing == null ? none() : shelf.share(call.terms(), landing);
                  if (shared.isPresent()) {
                    promise.complete(shared.get().value());
                  } else if (failure == null || Stages.cause(failure) instanceof TimeoutException) {
                    Stages.pass(call.work(), promise);
                  } else {
                    promise.completeExceptionally(Stages.cause(failure));
                  }
                });
    return promise;
  }

  /** Calls a {@link CachePut} method and keeps its result. */
  @Nullable Object put(Method method, @Nullable Object[] arguments, Work work) throws Exception {
    var read = terms.computeIfAbsent(method, one -> Terms.of(annotation(one, CachePut.class), one));
    var call = call(read, arguments, work);
    boolean settled = owed.settle();
    boolean mayKeep = owed.remove(call.key()) && settled;
    if (mayKeep) {
      call.tally().miss();
    } else {
      call.tally().bypass();
    }
    var ticket = cache.ticket(call.key(), cache.find(call.key()), call.labels());
    return finish(
        work.call(),
        call,
        value -> {
          var landing = mayKeep ? keep(call, ticket, value) : Landing.NOTHING;
          if (!landing.isKept()) {
            owed.remove(call.key());
          }
          flights.renew();
          return shelf.own(call.terms(), value, landing, "method");
        },
        failure -> call.tally().failed());
  }

  /** Calls a {@link CacheInvalidate} method, and invalidates once it has returned normally. */
  @Nullable Object invalidate(Method method, @Nullable Object[] arguments, Work work)
      throws Exception {
    var annotation = annotation(method, CacheInvalidate.class);
    var naming =
        namings.computeIfAbsent(
            method,
            one -> Naming.of(annotation.type(), annotation.scope(), annotation.tags(), one));
    var labels = new ArrayList<>(naming.tagLabels(arguments, parts));
    if (annotation.all()) {
      labels.add(new Label(Label.Kind.TYPE, naming.type()));
    }
    Optional<Key> key =
        labels.isEmpty()
            ? Optional.of(naming.key(arguments, caller(naming, current.get()), parts))
            : Optional.empty();
    Function<@Nullable Object, @Nullable Object> then =
        value -> {
          labels.forEach(owed::invalidate);
          key.ifPresent(owed::remove);
          flights.renew();
          return value;
        };
    var result = work.call();
    return Form.isStage(method.getGenericReturnType())
        ? Stages.then(result, then, failure -> {})
        : then.apply(result);
  }

  private @Nullable Object finish(
      @Nullable Object result,
      Call call,
      Function<@Nullable Object, @Nullable Object> then,
      Consumer<Throwable> failed) {
    return call.terms().form().stage() ? Stages.then(result, then, failed) : then.apply(result);
  }

  private Call call(Terms terms, @Nullable Object[] arguments, Work work) {
    var naming = terms.naming();
    var asking = current.get();
    var caller = caller(naming, asking);
    var user = asking.map(one -> Figures.user(one.tenant(), one.id())).orElse(Figures.NODES);
    return new Call(
        terms,
        naming.key(arguments, caller, parts),
        naming.labels(arguments, caller, parts),
        new Tally(telemetry, figures, naming.type(), user),
        work);
  }

  /** Who shares the values, as far as the key names it. */
  private static Optional<Caller> caller(Naming naming, Optional<Caller> asking) {
    if (naming.scope() == Scope.GLOBAL) {
      return Optional.empty();
    }
    if (asking.isEmpty()) {
      throw new IllegalStateException(
          "cache type "
              + naming.type()
              + " has scope "
              + naming.scope()
              + ", but nobody calls:"
              + " there is no request, or its caller is not identified");
    }
    return asking;
  }

  private static <A extends Annotation> A annotation(Method method, Class<A> type) {
    return Objects.requireNonNull(
        method.getAnnotation(type), () -> method + " has no @" + type.getSimpleName());
  }
}

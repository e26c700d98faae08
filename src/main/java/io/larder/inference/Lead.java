package io.larder.inference;

import io.larder.cache.Lookup;
import io.larder.live.Flight;
import io.larder.live.Head;
import io.larder.live.Outcome;
import io.larder.live.Part;
import io.larder.model.Header;
import io.larder.model.Usage;
import io.larder.provider.ProviderFailure;
import io.larder.provider.Reply;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;

/**
 * A call to a provider in whose answer all share who ask the same meanwhile, and which the cache
 * keeps if it may. However it ends, those who follow are told.
 */
final class Lead {
  /** Largest refusal of a provider that is passed on to all who wait. */
  private static final int REFUSAL_BYTES_MAX = 64 * 1024;

  private static final Logger LOG = System.getLogger(Lead.class.getName());
  private static final String JSON = "application/json";

  private final Inference inference;
  private final Asked asked;
  private final Call call;
  private final Keeper keeper;
  private final Lookup found;
  private final Flight flight;
  private volatile boolean hasKept;

  /**
   * Nobody is asked yet.
   *
   * @param found what the cache had
   * @param flight on which the others are, and which this one leaves
   */
  Lead(Inference inference, Call call, Keeper keeper, Lookup found, Flight flight) {
    this.inference = inference;
    this.asked = call.asked();
    this.call = call;
    this.keeper = keeper;
    this.found = found;
    this.flight = flight;
  }

  /** Asks, and gives the answer to the one who leads; a stream has begun then. */
  Answer ask() throws ProviderFailure {
    boolean goesOn = false;
    try {
      var reply = call.make().reply();
      if (call.isStream(reply)) {
        var answer = stream(reply);
        goesOn = true;
        return answer;
      }
      return whole(reply);
    } catch (NotAdmitted refused) {
      end(new Outcome.Abandoned("limits keep who asked first"));
      return staleInPlaceOf(refused).orElseThrow(() -> refused);
    } catch (ProviderFailure failure) {
      call.failed();
      end(new Outcome.Failed(String.valueOf(failure.getMessage())));
      var stale = ifError();
      if (stale.isPresent()) {
        LOG.log(Level.WARNING, "served stale: {0}", failure.getMessage());
        return stale.get();
      }
      throw failure;
    } finally {
      if (!goesOn) {
        call.charged().asEstimated();
        // whatever happened; an end that was given before holds
        end(new Outcome.Failed("the answer cannot be shared"));
        flight.leave();
      }
    }
  }

  private Answer stream(Reply reply) {
    var head = head(reply, true);
    flight.log().open(head);
    var pump = new Pump(this, flight, reply);
    flight.setAudience(pump);
    try {
      inference.waiters().execute(pump::run);
    } catch (RejectedExecutionException stopping) {
      pump.close();
      throw stopping;
    }
    var view = View.whole(Forms.showsUsage(head, asked.request().wantsUsage()));
    var delivery = new Delivery(flight, asked.format(), view, inference.telemetry(), pump);
    return new Answer(
        reply.status(),
        reply.headers(),
        delivery,
        status(false, ""),
        call.provider(),
        Optional.of(inference.streamName(asked, flight.id().answerId())));
  }

  private Head head(Reply reply, boolean stream) {
    return new Head(
        flight.id().answerId(),
        call.provider(),
        reply.status(),
        reply.contentType(),
        stream,
        stream && call.isUsageAsked());
  }

  private Answer whole(Reply reply) throws ProviderFailure {
    byte[] bytes = call.read(reply);
    call.eventCame();
    if (bytes.length > asked.valueBytesMax()) {
      end(new Outcome.Unshared("the answer is too large to be shared"));
      return call.answer(reply, new Rest(bytes, reply), status(false, "too-large"));
    }
    call.finished();
    if (!Call.isGood(reply)) {
      return refused(reply, bytes);
    }
    if (asked.request().stream() || !reply.isOf(JSON)) {
      end(new Outcome.Unshared("the answer is of another type than was asked for"));
      return call.answer(reply, Answer.Whole.of(bytes), status(false, "content-type"));
    }
    var sign = asked.format().read(bytes);
    call.charged().used(sign.usage().orElse(Usage.UNKNOWN));
    if (!sign.unfit().isEmpty()) {
      share(reply, bytes, false);
      return call.answer(reply, Answer.Whole.of(bytes), status(false, sign.unfit()));
    }
    var part = new Part(bytes, call.millis(), 0, 0);
    boolean kept = keep(head(reply, false), List.of(part), sign.usage().orElse(Usage.UNKNOWN));
    share(reply, bytes, kept);
    return call.answer(
        reply,
        Answer.Whole.of(bytes),
        status(kept, kept || !asked.usesCache() ? "" : "superseded"));
  }

  private void share(Reply reply, byte[] bytes, boolean stored) {
    flight.log().open(head(reply, false));
    if (flight.log().add(List.of(new Part(bytes, call.millis(), 0, 0)))) {
      end(new Outcome.Complete(stored));
    } else if (stored) {
      // it is in the cache: whoever waits finds it there
      end(new Outcome.Abandoned("the cache has an answer by now"));
    } else {
      end(new Outcome.Unshared("there is no room to share the answer"));
    }
  }

  /** The provider's own error; all who wait get it if asking again would give it again. */
  private Answer refused(Reply reply, byte[] bytes) {
    call.failed();
    int status = reply.status();
    if (status / 100 == 4 && bytes.length <= REFUSAL_BYTES_MAX) {
      end(new Outcome.Refused(status, reply.contentType(), retryAfter(reply), bytes));
    } else {
      end(new Outcome.Failed("provider " + call.provider() + " answered " + status));
    }
    var stale = isError(status) ? ifError() : Optional.<Answer>empty();
    return stale.orElseGet(
        () -> call.answer(reply, Answer.Whole.of(bytes), status(false, "status-" + status)));
  }

  private static String retryAfter(Reply reply) {
    return reply.headers().stream()
        .filter(header -> header.name().equalsIgnoreCase("retry-after"))
        .map(Header::value)
        .findFirst()
        .orElse("");
  }

  private static boolean isError(int status) {
    return status == 500 || status == 502 || status == 503 || status == 504;
  }

  /** Keeps the stream that a flight has logged, and says whether the cache took it. */
  boolean keep(Part last, Usage usage) {
    var head = flight.log().head();
    var parts = new ArrayList<>(flight.log().view(0).parts());
    parts.add(last);
    return head.isPresent() && keep(head.get(), parts, usage);
  }

  private boolean keep(Head head, List<Part> parts, Usage usage) {
    hasKept = keeper.keep(head, parts, usage, call.elapsed());
    return hasKept;
  }

  /** A provider at its limit is as good as one that fails; a caller at a limit gets nothing. */
  private Optional<Answer> staleInPlaceOf(NotAdmitted refused) {
    return refused instanceof LimitExceeded limit && !limit.isOfCaller()
        ? ifError()
        : Optional.empty();
  }

  private Optional<Answer> ifError() {
    return inference.ifError(asked, found, call.tally());
  }

  private CacheStatus status(boolean stored, String detail) {
    return asked.missed(found, stored, detail);
  }

  /** Whether the cache has taken the answer. */
  boolean hasKept() {
    return hasKept;
  }

  Call call() {
    return call;
  }

  /** Ends the flight; the first end holds. */
  void end(Outcome outcome) {
    inference.flights().end(flight, outcome);
  }

  Detached.Stay goesOnAlone() {
    return inference.detached().begin();
  }
}

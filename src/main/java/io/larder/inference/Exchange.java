package io.larder.inference;

import io.larder.cache.Kept;
import io.larder.cache.Lookup;
import io.larder.live.Flight;
import io.larder.live.Flights.Boarding;
import io.larder.live.Head;
import io.larder.live.Outcome;
import io.larder.live.Part;
import io.larder.model.Header;
import io.larder.model.Usage;
import io.larder.provider.ProviderFailure;
import io.larder.provider.Providers.Answered;
import io.larder.provider.Reply;
import io.larder.sse.SseReader;
import io.larder.telemetry.Telemetry;
import io.larder.wire.WireFormat;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;

/**
 * One request that the cache could not answer: joins a call to a provider that is under way for an
 * equal request, or makes one itself. Waits, so it wants a thread.
 */
final class Exchange implements Asking {
  /** How often a request joins others whose calls then fail, before it gives up. */
  private static final int ROUNDS_MAX = 3;

  /** Largest refusal of a provider that is passed on to all who wait. */
  private static final int REFUSAL_BYTES_MAX = 64 * 1024;

  private static final Logger LOG = System.getLogger(Exchange.class.getName());
  private static final String JSON = "application/json";
  private static final String EVENT_STREAM = "text/event-stream";

  private final Inference inference;
  private final Asked asked;
  private final Tally tally;
  private final Keeper keeper;
  private final Call call;
  private final long startNanos = System.nanoTime();
  private Lookup found;
  private volatile boolean begun;
  private volatile boolean hasKept;
  private Optional<Flight> flight = Optional.empty();

  Exchange(Inference inference, Asked asked, Lookup found, Tally tally, Keeper keeper) {
    this.keeper = keeper;
    this.inference = inference;
    this.asked = asked;
    this.found = found;
    this.tally = tally;
    this.call = new Call(inference.providers(), inference.charges().of(asked), asked);
  }

  private CacheStatus status(boolean stored, String detail) {
    return asked.missed(found, stored, detail);
  }

  /**
   * {@inheritDoc}
   *
   * <p>If the provider fails and the cache has an answer that may serve then, though past its time,
   * that is the answer (RFC 5861, 4).
   */
  @Override
  public Answer ask() throws ProviderFailure {
    if (!asked.usesCache()) {
      tally.bypass();
      return asked.isResumable() ? askAlone() : direct();
    }
    if (asked.directives().noCache()) {
      tally.miss();
      keeper.begin(found);
      return askAlone();
    }
    return joinOrAsk();
  }

  private Answer joinOrAsk() throws ProviderFailure {
    var why = "";
    for (int round = 0; round < ROUNDS_MAX; round++) {
      var boarding = board();
      switch (boarding) {
        case Boarding.Lead(Flight mine, boolean looksAgain) -> {
          if (!looksAgain || !isLate(mine)) {
            tally.miss();
            return lead(mine);
          }
        }
        case Boarding.Follow(Flight others) -> {
          switch (new Follower(inference, asked, tally, others).follow(asked.forward(found))) {
            case Follower.Shared(Answer answer) -> {
              flight = Optional.of(others);
              return answer;
            }
            case Follower.NotMine notMine -> {
              tally.miss();
              return askAlone();
            }
            case Follower.Again again -> {}
            case Follower.Failed(String reason) -> why = reason;
          }
        }
        case Boarding.Changed changed -> inference.cache().forget(asked.key());
        case Boarding.Full full -> {
          tally.miss();
          return direct();
        }
        case Boarding.Crowded crowded -> throw new Crowded();
      }
      found = inference.cache().find(asked.key());
      var hit = inference.answered(asked, found, tally);
      if (hit.isPresent()) {
        return hit.get();
      }
    }
    if (why.isEmpty()) {
      // no call has failed: the entry changes faster than it can be read, or limits keep others
      tally.miss();
      return askAlone();
    }
    tally.failed();
    var stale = stale();
    if (stale.isPresent()) {
      return stale.get();
    }
    throw new CallFailed(why);
  }

  /**
   * Whether the cache has got an answer between the lookup and the lead, where nothing has compared
   * the two. Then the flight ends, and all who are on it look again.
   */
  private boolean isLate(Flight mine) {
    boolean late =
        inference.cache().find(asked.key()) instanceof Lookup.Found(Kept kept)
            && kept.version() != seen();
    if (late) {
      end(mine, new Outcome.Abandoned("the cache has an answer by now"));
      mine.leave();
    }
    return late;
  }

  /** The version of what the lookup has found; 0 = nothing. */
  private long seen() {
    return switch (found) {
      case Lookup.Found(Kept kept) -> kept.version();
      case Lookup.Stale(Kept kept) -> kept.version();
      case Lookup.Absent(long version) -> version;
      case Lookup.Unknown unknown -> 0;
    };
  }

  private Boarding board() {
    var ticket = keeper.begin(found);
    return inference.flights().board(asked.fingerprint().hex(), ticket, asked.valueBytesMax());
  }

  /** Asks without joining anybody, and without anybody joining. */
  private Answer askAlone() throws ProviderFailure {
    var mine =
        inference
            .flights()
            .beginAlone(asked.fingerprint().hex(), asked.request().stream(), asked.valueBytesMax());
    return mine.isPresent() ? lead(mine.get()) : direct();
  }

  /** Asks the provider for the cache alone; nobody waits for the answer. */
  void refresh() {
    switch (board()) {
      case Boarding.Lead(Flight mine, boolean looksAgain) -> {
        try {
          drain(lead(mine));
        } catch (IOException | NotAdmitted failure) {
          LOG.log(
              Level.WARNING, "no fresh answer in place of a stale one: {0}", failure.getMessage());
        }
      }
      case Boarding.Follow(Flight others) -> others.leave();
      case Boarding.Changed changed -> {}
      case Boarding.Full full -> {}
      case Boarding.Crowded crowded -> {}
    }
  }

  /** Reads an answer to its end. */
  static void drain(Answer answer) throws IOException {
    if (answer.body() instanceof Answer.Flowing flowing) {
      flowing.writeTo(OutputStream.nullOutputStream());
    }
  }

  /** Asks a provider, for all who follow. */
  private Answer lead(Flight mine) throws ProviderFailure {
    flight = Optional.of(mine);
    boolean goesOn = false;
    try {
      var answered = call.make();
      var reply = answered.reply();
      if (Call.isGood(reply) && asked.request().stream() && reply.isOf(EVENT_STREAM)) {
        var answer = stream(mine, reply);
        goesOn = true;
        return answer;
      }
      return whole(mine, reply);
    } catch (NotAdmitted refused) {
      end(mine, new Outcome.Abandoned("limits keep who asked first"));
      return staleInPlaceOf(refused).orElseThrow(() -> refused);
    } catch (ProviderFailure failure) {
      tally.failed();
      end(mine, new Outcome.Failed(String.valueOf(failure.getMessage())));
      var stale = stale();
      if (stale.isPresent()) {
        LOG.log(Level.WARNING, "served stale: {0}", failure.getMessage());
        return stale.get();
      }
      throw failure;
    } finally {
      if (!goesOn) {
        call.charged().asEstimated();
        // whatever happened; an end that was given before holds
        end(mine, new Outcome.Failed("the answer cannot be shared"));
        mine.leave();
      }
    }
  }

  private Answer stream(Flight mine, Reply reply) {
    var head = head(mine, reply, true);
    mine.log().open(head);
    var pump = new Pump(this, mine, reply);
    mine.setAudience(pump);
    try {
      inference.waiters().execute(pump::run);
    } catch (RejectedExecutionException stopping) {
      pump.close();
      throw stopping;
    }
    var view = View.whole(Forms.showsUsage(head, asked.request().wantsUsage()));
    var delivery = new Delivery(mine, format(), view, inference.telemetry(), pump);
    return new Answer(
        reply.status(),
        reply.headers(),
        delivery,
        status(false, ""),
        provider(),
        Optional.of(inference.streamName(asked, mine.id().answerId())));
  }

  private Head head(Flight mine, Reply reply, boolean stream) {
    return new Head(
        mine.id().answerId(),
        provider(),
        reply.status(),
        reply.contentType(),
        stream,
        stream && call.isUsageAsked());
  }

  private Answer whole(Flight mine, Reply reply) throws ProviderFailure {
    byte[] bytes = read(reply);
    eventCame();
    if (bytes.length > asked.valueBytesMax()) {
      end(mine, new Outcome.Unshared("the answer is too large to be shared"));
      return answer(reply, new Rest(bytes, reply), status(false, "too-large"));
    }
    finished();
    if (!Call.isGood(reply)) {
      return refused(mine, reply, bytes);
    }
    if (asked.request().stream() || !reply.isOf(JSON)) {
      end(mine, new Outcome.Unshared("the answer is of another type than was asked for"));
      return answer(reply, Answer.Whole.of(bytes), status(false, "content-type"));
    }
    var sign = format().read(bytes);
    call.charged().used(sign.usage().orElse(Usage.UNKNOWN));
    if (!sign.unfit().isEmpty()) {
      share(mine, reply, bytes, false);
      return answer(reply, Answer.Whole.of(bytes), status(false, sign.unfit()));
    }
    var part = new Part(bytes, millis(), 0, 0);
    boolean kept =
        keep(head(mine, reply, false), List.of(part), sign.usage().orElse(Usage.UNKNOWN));
    share(mine, reply, bytes, kept);
    return answer(
        reply,
        Answer.Whole.of(bytes),
        status(kept, kept || !asked.usesCache() ? "" : "superseded"));
  }

  /** Reads the body up to what can be kept, and one byte more if there is more. */
  private byte[] read(Reply reply) throws ProviderFailure {
    try {
      var bytes = reply.read(asked.valueBytesMax());
      if (bytes.length <= asked.valueBytesMax()) {
        reply.close();
      }
      return bytes;
    } catch (ProviderFailure failure) {
      closeQuietly(reply);
      throw failure;
    } catch (IOException broken) {
      closeQuietly(reply);
      throw new IllegalStateException("a provider's body must fail with ProviderFailure", broken);
    }
  }

  private void share(Flight mine, Reply reply, byte[] bytes, boolean stored) {
    mine.log().open(head(mine, reply, false));
    if (mine.log().add(List.of(new Part(bytes, millis(), 0, 0)))) {
      end(mine, new Outcome.Complete(stored));
    } else if (stored) {
      // it is in the cache: whoever waits finds it there
      end(mine, new Outcome.Abandoned("the cache has an answer by now"));
    } else {
      end(mine, new Outcome.Unshared("there is no room to share the answer"));
    }
  }

  /** The provider's own error; all who wait get it if asking again would give it again. */
  private Answer refused(Flight mine, Reply reply, byte[] bytes) {
    tally.failed();
    int status = reply.status();
    if (status / 100 == 4 && bytes.length <= REFUSAL_BYTES_MAX) {
      end(mine, new Outcome.Refused(status, reply.contentType(), retryAfter(reply), bytes));
    } else {
      end(mine, new Outcome.Failed("provider " + provider() + " answered " + status));
    }
    var stale = isError(status) ? stale() : Optional.<Answer>empty();
    return stale.orElseGet(
        () -> answer(reply, Answer.Whole.of(bytes), status(false, "status-" + status)));
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

  private Answer answer(Reply reply, Answer.Body body, CacheStatus status) {
    return new Answer(reply.status(), reply.headers(), body, status, provider(), Optional.empty());
  }

  /** Asks without a log: nothing is kept, nobody follows. */
  private Answer direct() throws ProviderFailure {
    Answered answered;
    try {
      answered = call.make();
    } catch (ProviderFailure failure) {
      tally.failed();
      throw failure;
    }
    var reply = answered.reply();
    if (Call.isGood(reply) && asked.request().stream() && reply.isOf(EVENT_STREAM)) {
      var reader = new SseReader(reply.body(), Pump.FRAME_BYTES_MAX);
      boolean showsUsage = asked.request().wantsUsage() || !call.isUsageAsked();
      var relay =
          new Relay(format(), reply, reader, showsUsage, inference.telemetry(), call.charged());
      return answer(reply, relay, status(false, ""));
    }
    if (!Call.isGood(reply)) {
      tally.failed();
    }
    try {
      var bytes = read(reply);
      finished();
      if (bytes.length > asked.valueBytesMax()) {
        return answer(reply, new Rest(bytes, reply), status(false, ""));
      }
      call.charged().used(format(), bytes);
      return answer(reply, Answer.Whole.of(bytes), status(false, ""));
    } finally {
      call.charged().asEstimated();
    }
  }

  /** A provider at its limit is as good as one that fails; a caller at a limit gets nothing. */
  private Optional<Answer> staleInPlaceOf(NotAdmitted refused) {
    return refused instanceof LimitExceeded limit && !limit.isOfCaller()
        ? stale()
        : Optional.empty();
  }

  private Optional<Answer> stale() {
    return asked
        .fallback(found, inference.now())
        .flatMap(kept -> inference.stale(kept, asked, tally, "if-error"));
  }

  /** Keeps the stream that a flight has logged, and says whether the cache took it. */
  boolean keep(Flight mine, Part last, Usage usage) {
    var head = mine.log().head();
    var parts = new ArrayList<>(mine.log().view(0).parts());
    parts.add(last);
    return head.isPresent() && keep(head.get(), parts, usage);
  }

  private boolean keep(Head head, List<Part> parts, Usage usage) {
    hasKept = keeper.keep(head, parts, usage, elapsed());
    return hasKept;
  }

  @Override
  public boolean hasKept() {
    return hasKept
        || flight
            .flatMap(joined -> joined.log().outcome())
            .filter(outcome -> outcome instanceof Outcome.Complete(boolean stored) && stored)
            .isPresent();
  }

  void end(Flight mine, Outcome outcome) {
    inference.flights().end(mine, outcome);
  }

  Detached.Stay goesOnAlone() {
    return inference.detached().begin();
  }

  WireFormat format() {
    return asked.format();
  }

  Charged charged() {
    return call.charged();
  }

  String provider() {
    return call.provider();
  }

  Telemetry telemetry() {
    return inference.telemetry();
  }

  /** The provider has sent something; counts once. */
  void eventCame() {
    if (!begun) {
      begun = true;
      telemetry().firstToken(elapsed());
    }
  }

  /** The provider has sent all. */
  void finished() {
    var time = elapsed();
    telemetry().inference(provider(), format().wire().id(), asked.request().stream(), time);
    tally.missTook(time);
  }

  /** Milliseconds since the request came. */
  int millis() {
    return (int) Math.min(Integer.MAX_VALUE, elapsed().toMillis());
  }

  private Duration elapsed() {
    return Duration.ofNanos(System.nanoTime() - startNanos);
  }

  private static void closeQuietly(Reply reply) {
    try {
      reply.close();
    } catch (IOException alreadyBroken) {
      // the failure that led here is the one to report
      return;
    }
  }
}

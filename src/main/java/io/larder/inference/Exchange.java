package io.larder.inference;

import io.larder.cache.Kept;
import io.larder.cache.Lookup;
import io.larder.live.Flight;
import io.larder.live.Flights.Boarding;
import io.larder.live.Outcome;
import io.larder.provider.ProviderFailure;
import io.larder.provider.Reply;
import io.larder.sse.SseReader;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Optional;

/**
 * One request that the cache could not answer: joins a call to a provider that is under way for an
 * equal request, or makes one itself. Waits, so it wants a thread.
 */
final class Exchange implements Asking {
  /** How often a request joins others whose calls then fail, before it gives up. */
  private static final int ROUNDS_MAX = 3;

  private static final Logger LOG = System.getLogger(Exchange.class.getName());

  private final Inference inference;
  private final Asked asked;
  private final Tally tally;
  private final Keeper keeper;
  private final Call call;
  private Lookup found;
  private Optional<Lead> led = Optional.empty();
  private Optional<Flight> flight = Optional.empty();

  Exchange(Inference inference, Asked asked, Lookup found, Tally tally, Keeper keeper) {
    this.keeper = keeper;
    this.inference = inference;
    this.asked = asked;
    this.found = found;
    this.tally = tally;
    this.call = new Call(inference, asked, tally);
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
    var stale = inference.ifError(asked, found, tally);
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
      inference.flights().end(mine, new Outcome.Abandoned("the cache has an answer by now"));
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
    var lead = new Lead(inference, call, keeper, found, mine);
    led = Optional.of(lead);
    return lead.ask();
  }

  /** Asks without a log: nothing is kept, nobody follows. */
  private Answer direct() throws ProviderFailure {
    Reply reply;
    try {
      reply = call.make().reply();
    } catch (ProviderFailure failure) {
      tally.failed();
      throw failure;
    }
    var status = asked.missed(found, false, "");
    if (call.isStream(reply)) {
      return call.answer(
          reply, call.relay(reply, new SseReader(reply.body(), Pump.FRAME_BYTES_MAX)), status);
    }
    if (!Call.isGood(reply)) {
      tally.failed();
    }
    try {
      var bytes = call.read(reply);
      call.finished();
      if (bytes.length > asked.valueBytesMax()) {
        return call.answer(reply, new Rest(bytes, reply), status);
      }
      call.charged().used(asked.format(), bytes);
      return call.answer(reply, Answer.Whole.of(bytes), status);
    } finally {
      call.charged().asEstimated();
    }
  }

  @Override
  public boolean hasKept() {
    return led.filter(Lead::hasKept).isPresent()
        || flight
            .flatMap(joined -> joined.log().outcome())
            .filter(outcome -> outcome instanceof Outcome.Complete(boolean stored) && stored)
            .isPresent();
  }
}

package io.larder.inference;

import io.larder.live.EventLog;
import io.larder.live.Flight;
import io.larder.live.Head;
import io.larder.live.Outcome;
import io.larder.model.Header;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A request that joined the call of an equal one: waits until there is something to show, then
 * shows it in the form that was asked for, which may be another one than the call's.
 */
final class Follower {
  private final Inference inference;
  private final Asked asked;
  private final Tally tally;
  private final Flight flight;

  /** How it went. */
  sealed interface Followed {}

  /** The answer, or its beginning. */
  record Shared(Answer answer) implements Followed {}

  /** The answer cannot be had, or not in the form that was asked for. */
  record NotMine() implements Followed {}

  /** Nobody knows what the answer would have been, and nothing was shown: look again. */
  record Again() implements Followed {}

  /** No answer came, and nothing was shown. */
  record Failed(String why) implements Followed {}

  /** Follows a flight that counts this reader already. */
  Follower(Inference inference, Asked asked, Tally tally, Flight flight) {
    this.inference = inference;
    this.asked = asked;
    this.tally = tally;
    this.flight = flight;
  }

  /**
   * Waits for the answer.
   *
   * @param forward why a provider is asked, as RFC 9211 names it
   * @throws TooSlow if it does not come in time
   */
  Followed follow(String forward) {
    boolean stays = false;
    try {
      var status = new CacheStatus.Collapsed(asked.fingerprint(), forward);
      var followed = follow(status);
      stays = followed instanceof Shared(Answer answer) && answer.body() instanceof Answer.Flowing;
      return followed;
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      return new Failed("the server stops");
    } finally {
      if (!stays) {
        flight.leave();
      }
    }
  }

  private Followed follow(CacheStatus status) throws InterruptedException {
    var timeMax = inference.settings().followMax();
    var log = flight.log();
    if (!log.awaitPart(timeMax)) {
      throw new TooSlow(timeMax);
    }
    var now = log.view(0);
    var head = log.head();
    if (now.outcome().isPresent() || head.isEmpty()) {
      return ended(head, now, status);
    }
    if (asked.request().stream() && head.get().stream()) {
      return Forms.lacksUsage(head.get(), asked.request())
          ? new NotMine()
          : live(head.get(), status);
    }
    return whole(timeMax, status);
  }

  private Followed live(Head head, CacheStatus status) {
    tally.collapsed();
    var view = View.whole(Forms.showsUsage(head, asked.request().wantsUsage()));
    var delivery = new Delivery(flight, asked.format(), view, inference.telemetry(), null);
    return new Shared(answer(head.status(), head.contentType(), delivery, status, head.provider()));
  }

  private Followed whole(Duration timeMax, CacheStatus status) throws InterruptedException {
    if (flight.log().awaitOutcome(timeMax).isEmpty()) {
      throw new TooSlow(timeMax);
    }
    return ended(flight.log().head(), flight.log().view(0), status);
  }

  private Followed ended(Optional<Head> head, EventLog.View log, CacheStatus status) {
    return switch (log.outcome().orElseThrow()) {
      case Outcome.Complete complete -> complete(head.orElseThrow(), log, status);
      case Outcome.Refused refused -> {
        tally.collapsed();
        yield new Shared(refused(refused, status));
      }
      case Outcome.Failed failed -> new Failed(failed.why());
      case Outcome.Unshared unshared -> new NotMine();
      case Outcome.Abandoned abandoned -> new Again();
    };
  }

  private static Answer refused(Outcome.Refused refused, CacheStatus cache) {
    var headers = new ArrayList<Header>();
    headers.add(new Header("Content-Type", refused.contentType()));
    if (!refused.retryAfter().isEmpty()) {
      headers.add(new Header("Retry-After", refused.retryAfter()));
    }
    var body = Answer.Whole.of(refused.body());
    return new Answer(refused.status(), headers, body, cache, "", Optional.empty());
  }

  private Followed complete(Head head, EventLog.View log, CacheStatus status) {
    var body = Forms.body(asked.format(), head, log.parts(), asked.request());
    if (body.isEmpty()) {
      return new NotMine();
    }
    tally.collapsed();
    var type = Forms.contentType(head, asked.request());
    return new Shared(
        answer(head.status(), type, Answer.Whole.of(body.get()), status, head.provider()));
  }

  private Answer answer(
      int status, String contentType, Answer.Body body, CacheStatus cache, String provider) {
    boolean isStream = asked.request().stream() && status / 100 == 2;
    return new Answer(
        status,
        List.of(new Header("Content-Type", contentType)),
        body,
        cache,
        provider,
        isStream
            ? Optional.of(inference.streamName(asked, flight.id().answerId()))
            : Optional.empty());
  }
}

package io.larder.inference;

import io.larder.model.Usage;
import io.larder.model.Wire;
import io.larder.provider.ProviderFailure;
import io.larder.provider.Providers;
import io.larder.provider.Providers.Answered;
import io.larder.provider.Providers.Route;
import io.larder.provider.Question;
import io.larder.provider.Reply;
import io.larder.sse.SseReader;
import io.larder.telemetry.Telemetry;
import io.larder.telemetry.Traces;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The call to a provider for a request, what is charged for it, and how long it takes. */
final class Call {
  private static final String EVENT_STREAM = "text/event-stream";

  private final Providers providers;
  private final Charged charged;
  private final Asked asked;
  private final Tally tally;
  private final Telemetry telemetry;
  private final Traces.Place place;
  private final long startNanos = System.nanoTime();
  private volatile long askedNanos;
  private volatile boolean begun;
  private volatile String error = "";
  private volatile String provider;
  private volatile String model;
  private boolean usageAsked;
  private boolean anyAsked;

  /** What providers at their limit have said. */
  private final List<LimitExceeded> limited = new ArrayList<>();

  /** A call for a request that came just now. */
  Call(Inference inference, Asked asked, Tally tally) {
    this.providers = inference.providers();
    this.charged = inference.charges().of(asked);
    this.asked = asked;
    this.tally = tally;
    this.telemetry = inference.telemetry();
    // on the thread that the request came by
    this.place = telemetry.traces().here();
    this.provider = asked.routes().getFirst().provider().name();
    this.model = asked.routes().getFirst().model();
  }

  /**
   * Asks along the routes until somebody answers; unless it is a good answer, nothing is charged
   * any more then.
   *
   * @throws NotAdmitted if limits keep the caller, or all providers
   */
  Answered make() throws ProviderFailure {
    boolean isAtWork = false;
    askedNanos = System.nanoTime();
    if (telemetry.traces().isOn()) {
      charged.observe(this::traced);
    }
    try {
      charged.user();
      var answered = providers.ask(asked.routes(), this::question);
      provider = answered.route().provider().name();
      usageAsked = asked.request().wantsUsage() || answered.route().provider().streamsUsage();
      model = answered.route().model();
      isAtWork = isGood(answered.reply());
      error = isAtWork ? "" : String.valueOf(answered.reply().status());
      return answered;
    } catch (ProviderFailure failure) {
      error = failure.kind().name().toLowerCase(Locale.ROOT);
      throw failure;
    } finally {
      if (!isAtWork) {
        charged.nothing();
      }
    }
  }

  /**
   * What to ask a provider, unless it is at its limit and another one has been or may be asked.
   * Each attempt is charged, but none of which the breaker keeps away.
   *
   * @throws NotAdmitted if all are, by the one that is soonest free again
   */
  private Optional<Question> question(Route route) {
    try {
      if (!route.provider().refuses()) {
        charged.provider(route.provider().name(), route.model());
      }
      anyAsked = true;
    } catch (LimitExceeded limit) {
      limited.add(limit);
      if (!anyAsked && route.equals(asked.routes().getLast())) {
        throw Collections.min(limited, Comparator.comparing(LimitExceeded::retryAfter));
      }
      return Optional.empty();
    }
    return Optional.of(
        new Question(
            asked.format().wire(),
            asked.headers(),
            asked.request().forwarded(route.model(), route.provider().streamsUsage())));
  }

  private void traced(Usage usage, boolean isBroken) {
    if (!anyAsked) {
      // limits have kept it
      return;
    }
    var wire = asked.format().wire();
    telemetry
        .traces()
        .call(
            place,
            new Traces.Call(
                operation(wire),
                wire.isAnthropic() ? "anthropic" : "openai",
                provider,
                model,
                asked.request().stream(),
                usage.input(),
                usage.output(),
                isBroken ? "broken_off" : error),
            Duration.ofNanos(System.nanoTime() - askedNanos));
  }

  private static String operation(Wire wire) {
    return switch (wire) {
      case OPENAI_CHAT, OPENAI_RESPONSES, ANTHROPIC_MESSAGES -> "chat";
      case OPENAI_COMPLETIONS -> "text_completion";
      case OPENAI_EMBEDDINGS -> "embeddings";
      case ANTHROPIC_COUNT_TOKENS -> "count_tokens";
    };
  }

  static boolean isGood(Reply reply) {
    return reply.status() / 100 == 2;
  }

  Charged charged() {
    return charged;
  }

  /** Who has answered; before that, who is likely to. */
  String provider() {
    return provider;
  }

  /** Whether the provider was asked to tell the usage of a stream. */
  boolean isUsageAsked() {
    return usageAsked;
  }

  /** Whether the answer is the stream that was asked for. */
  boolean isStream(Reply reply) {
    return isGood(reply) && asked.request().stream() && reply.isOf(EVENT_STREAM);
  }

  /** What passes a stream on to its one client. */
  Relay relay(Reply reply, SseReader reader) {
    return relay(reply, reader, asked.request().wantsUsage() || !usageAsked);
  }

  Relay relay(Reply reply, SseReader reader, boolean showsUsage) {
    return new Relay(asked.format(), reply, reader, showsUsage, telemetry, charged);
  }

  /** Reads the body up to what can be kept, and one byte more if there is more. */
  byte[] read(Reply reply) throws ProviderFailure {
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

  Answer answer(Reply reply, Answer.Body body, CacheStatus status) {
    return new Answer(reply.status(), reply.headers(), body, status, provider, Optional.empty());
  }

  /** The provider has sent something; counts once. */
  void eventCame() {
    if (!begun) {
      begun = true;
      telemetry.firstToken(elapsed());
    }
  }

  /** The provider has sent all. */
  void finished() {
    var time = elapsed();
    telemetry.inference(provider, asked.format().wire().id(), asked.request().stream(), time);
    tally.missTook(time);
  }

  /** Milliseconds since the request came. */
  int millis() {
    return (int) Math.min(Integer.MAX_VALUE, elapsed().toMillis());
  }

  /** Since the request came. */
  Duration elapsed() {
    return Duration.ofNanos(System.nanoTime() - startNanos);
  }

  /** The provider has not answered, or with an error. */
  void failed() {
    tally.failed();
  }

  Asked asked() {
    return asked;
  }

  Tally tally() {
    return tally;
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

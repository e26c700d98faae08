package io.larder.inference;

import io.larder.cache.Kept;
import io.larder.cache.Retention;
import io.larder.cache.Ticket;
import io.larder.guard.Deadline;
import io.larder.model.Usage;
import io.larder.model.Wire;
import io.larder.provider.ProviderFailure;
import io.larder.provider.Providers.Route;
import io.larder.provider.Question;
import io.larder.provider.Reply;
import io.larder.telemetry.Telemetry;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/** One request that a provider has to answer: asks, records, keeps. Waits, so it wants a thread. */
public final class Exchange {
  private static final Logger LOG = System.getLogger(Exchange.class.getName());
  private static final String JSON = "application/json";
  private static final String EVENT_STREAM = "text/event-stream";

  private final Chat chat;
  private final Asked asked;
  private final ChatRequest request;
  private final Route route;
  private final Plan plan;
  private final Tally tally;
  private final long startNanos = System.nanoTime();
  private boolean begun;
  private volatile boolean hasKept;
  private Optional<Reply> unread = Optional.empty();

  /**
   * What to do with the answer.
   *
   * @param forward why the provider is asked, as RFC 9211 names it
   * @param ticket to keep the answer; empty = it must not be kept
   * @param retention for how long
   * @param fallback what may answer in case the provider fails
   */
  record Plan(
      String forward,
      Optional<Ticket> ticket,
      Retention retention,
      int valueBytesMax,
      Optional<Kept> fallback) {}

  Exchange(Chat chat, Asked asked, Plan plan, Tally tally) {
    this.chat = chat;
    this.asked = asked;
    this.request = asked.request();
    this.route = asked.route();
    this.plan = plan;
    this.tally = tally;
  }

  /**
   * What the cache did.
   *
   * @param detail why the answer was not stored, or empty
   */
  CacheStatus status(boolean stored, String detail) {
    return asked.usesCache()
        ? new CacheStatus.Miss(asked.fingerprint(), plan.forward(), stored, detail)
        : new CacheStatus.Bypass(asked.fingerprint(), asked.bypass());
  }

  /**
   * Asks the provider. If it fails and the cache has an answer that may serve then, though past its
   * time, that is the answer (RFC 5861, 4). A JSON answer has been read and kept when this returns;
   * a stream begins then.
   *
   * @throws ProviderFailure if it does not answer
   */
  public Answer ask() throws ProviderFailure {
    try {
      var answer = askProvider();
      if (answer.status() / 100 != 2) {
        tally.failed();
      }
      var stale = isError(answer.status()) ? stale() : Optional.<Answer>empty();
      stale.ifPresent(instead -> unread.ifPresent(Exchange::closeQuietly));
      return stale.orElse(answer);
    } catch (ProviderFailure failure) {
      tally.failed();
      var stale = stale();
      if (stale.isPresent()) {
        LOG.log(Level.WARNING, "served stale: {0}", failure.getMessage());
        return stale.get();
      }
      throw failure;
    }
  }

  private Optional<Answer> stale() {
    return plan.fallback().flatMap(kept -> chat.staleOnError(kept, asked, tally));
  }

  private static boolean isError(int status) {
    return status == 500 || status == 502 || status == 503 || status == 504;
  }

  /** Asks the provider for the cache alone; nobody waits for the answer. */
  void refresh() {
    try {
      if (askProvider().body() instanceof Answer.Flowing flowing) {
        flowing.writeTo(OutputStream.nullOutputStream());
      }
    } catch (IOException failure) {
      LOG.log(Level.WARNING, "no fresh answer in place of a stale one: {0}", failure.getMessage());
    }
  }

  private Answer askProvider() throws ProviderFailure {
    var body = request.forwarded(route.model(), route.provider().streamsUsage());
    var reply = route.provider().ask(new Question(Wire.OPENAI_CHAT, asked.headers(), body));
    boolean good = reply.status() / 100 == 2;
    if (good && request.stream() && reply.isOf(EVENT_STREAM)) {
      return stream(reply);
    }
    try {
      return whole(reply, good);
    } catch (ProviderFailure failure) {
      closeQuietly(reply);
      throw failure;
    } catch (IOException broken) {
      closeQuietly(reply);
      throw new IllegalStateException("a provider's body must fail with ProviderFailure", broken);
    }
  }

  private Answer stream(Reply reply) {
    var relay =
        new StreamRelay(
            this,
            reply,
            new Recording(asked.usesCache() ? plan.valueBytesMax() : 0),
            usageIsAsked() && !request.wantsUsage(),
            recording -> keep(reply, recording));
    return new Answer(reply.status(), reply.headers(), relay, status(false, ""));
  }

  private Answer whole(Reply reply, boolean good) throws IOException {
    var bytes = reply.read(plan.valueBytesMax());
    eventCame();
    if (bytes.length > plan.valueBytesMax()) {
      unread = Optional.of(reply);
      Answer.Flowing rest = out -> passOn(bytes, reply, out);
      return new Answer(reply.status(), reply.headers(), rest, status(false, "too-large"));
    }
    reply.close();
    finished();
    var status = good ? keep(reply, bytes) : status(false, "status-" + reply.status());
    return new Answer(reply.status(), reply.headers(), new Answer.Whole(bytes), status);
  }

  private CacheStatus keep(Reply reply, byte[] bytes) {
    if (!asked.usesCache()) {
      return status(false, "");
    }
    if (request.stream() || !reply.isOf(JSON)) {
      return status(false, "content-type");
    }
    return switch (ChatForm.read(bytes)) {
      case ChatForm.Sign.Part part -> {
        boolean kept = keep(reply, part.usage().orElse(Usage.UNKNOWN), bytes);
        yield status(kept, kept ? "" : "superseded");
      }
      case ChatForm.Sign.Unfit unfit -> status(false, unfit.why());
      case ChatForm.Sign.End end -> status(false, "not-json");
      case ChatForm.Sign.Nothing nothing -> status(false, "not-json");
    };
  }

  private void keep(Reply reply, Recording recording) {
    finished();
    if (asked.usesCache()) {
      var bytes = recording.complete();
      boolean kept = bytes.isPresent() && keep(reply, recording.usage(), bytes.get());
      LOG.log(Level.DEBUG, "stream {0} kept: {1}", asked.fingerprint().hex(), kept);
    }
  }

  /** Keeps an answer, and says whether the cache took it. */
  private boolean keep(Reply reply, Usage usage, byte[] bytes) {
    var entry =
        new Entry(
            reply.status(),
            usageIsAsked(),
            provider(),
            reply.contentType(),
            elapsed(),
            usage,
            bytes);
    boolean kept =
        plan.ticket().isPresent()
            && chat.cache().keep(plan.ticket().get(), entry.encode(), plan.retention());
    if (kept) {
      hasKept = true;
      tally.stored();
    }
    return kept;
  }

  /** Passes a body on that is too large to be kept. */
  private static void passOn(byte[] begin, Reply reply, OutputStream out) throws IOException {
    try (reply) {
      out.write(begin);
      reply.body().transferTo(out);
    }
  }

  /** Whether the answer is in the cache by now. */
  boolean hasKept() {
    return hasKept;
  }

  String provider() {
    return route.provider().name();
  }

  Telemetry telemetry() {
    return chat.telemetry();
  }

  /** The provider has sent something; counts once. */
  void eventCame() {
    if (!begun) {
      begun = true;
      telemetry().firstToken(elapsed());
    }
  }

  /** Runs what nobody waits for. */
  void inBackground(Runnable task) {
    chat.waiters().execute(task);
  }

  /** Goes on without a caller if that many may; otherwise gives up. */
  void readOnDetached(Consumer<Deadline> readOn, Runnable giveUp) {
    if (!asked.usesCache() || !chat.detached().tryAcquire()) {
      giveUp.run();
      return;
    }
    inBackground(
        () -> {
          try {
            readOn.accept(Deadline.in(chat.settings().detachedMax(), System::nanoTime));
          } finally {
            chat.detached().release();
          }
        });
  }

  private boolean usageIsAsked() {
    return request.stream() && (route.provider().streamsUsage() || request.wantsUsage());
  }

  private void finished() {
    telemetry().inference(provider(), Wire.OPENAI_CHAT.id(), request.stream(), elapsed());
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

package io.larder.provider;

import io.larder.guard.Breaker;
import io.larder.model.Wire;
import io.larder.telemetry.Telemetry;
import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;

/** A provider behind its breaker and its bound on requests at once. */
final class Guarded implements Provider, Closeable {
  /** One user's odd request fails once, and its retries twice more; five in a row are an outage. */
  private static final int FAILURES_MAX = 5;

  /** Short at first, for servers that only restart. */
  private static final Duration PAUSE = Duration.ofSeconds(1);

  /** A trial each half minute harms no server and finds it soon after it is back. */
  private static final Duration PAUSE_MAX = Duration.ofSeconds(30);

  private static final Logger LOG = System.getLogger(Guarded.class.getName());

  private final Provider provider;
  private final Slots slots;
  private final Breaker breaker;
  private final Telemetry telemetry;

  /**
   * Guards a provider.
   *
   * @param nanoTime a monotonic clock
   */
  Guarded(Provider provider, Slots slots, Telemetry telemetry, LongSupplier nanoTime) {
    this.provider = provider;
    this.slots = slots;
    this.breaker = new Breaker(FAILURES_MAX, PAUSE, PAUSE_MAX, nanoTime);
    this.telemetry = telemetry;
    telemetry.breaker("provider-" + name(), this::stateFigure);
    telemetry.providerInFlight(name(), slots::taken);
    telemetry.providerQueued(name(), slots::queued);
  }

  private int stateFigure() {
    return switch (breaker.state()) {
      case CLOSED -> 0;
      case HALF_OPEN -> 1;
      case OPEN -> 2;
    };
  }

  @Override
  public String name() {
    return provider.name();
  }

  @Override
  public boolean speaks(Wire wire) {
    return provider.speaks(wire);
  }

  @Override
  public boolean refuses() {
    return breaker.refuses();
  }

  @Override
  public boolean streamsUsage() {
    return provider.streamsUsage();
  }

  /** How many requests it has now. */
  int inFlight() {
    return slots.taken();
  }

  /** How many requests wait for it now. */
  int queued() {
    return slots.queued();
  }

  /** The state of its breaker. */
  Breaker.State state() {
    return breaker.state();
  }

  /**
   * Asks once. The slot is taken until the reply is closed, or its body has been read to its end or
   * has broken off.
   */
  @Override
  public Reply ask(Question question) throws ProviderFailure {
    try {
      var reply = askInSlot(question);
      telemetry.providerAttempt(name(), reply.isProvidersFailure() ? "error" : "ok");
      return reply;
    } catch (ProviderFailure failure) {
      telemetry.providerAttempt(name(), failure.kind().name().toLowerCase(Locale.ROOT));
      throw failure;
    }
  }

  private Reply askInSlot(Question question) throws ProviderFailure {
    var slot = slot();
    boolean answered = false;
    try {
      // only now: a trial that waited in the queue would keep others from trying
      if (!breaker.allows()) {
        throw open();
      }
      var reply = askAndReport(question).ending(slot::close);
      answered = true;
      return reply;
    } finally {
      if (!answered) {
        slot.close();
      }
    }
  }

  private Reply askAndReport(Question question) throws ProviderFailure {
    boolean told = false;
    try {
      var reply = provider.ask(question);
      told = true;
      report(!reply.isProvidersFailure());
      return reply;
    } catch (ProviderFailure failure) {
      switch (failure.kind()) {
        case UNREACHABLE, TIMED_OUT, CUT -> {
          told = true;
          report(false);
        }
        case BUSY, OPEN -> LOG.log(Level.DEBUG, "not asked: {0}", failure.getMessage());
      }
      throw failure;
    } finally {
      // refused on our side, or our own mistake: neither says anything of the provider
      if (!told) {
        breaker.withdrew();
      }
    }
  }

  private void report(boolean succeeded) {
    var before = breaker.state();
    if (succeeded) {
      breaker.succeeded();
    } else {
      breaker.failed();
    }
    var now = breaker.state();
    boolean turned = (before == Breaker.State.CLOSED) != (now == Breaker.State.CLOSED);
    if (turned) {
      LOG.log(Level.WARNING, "provider={0} breaker={1}", name(), now);
    }
  }

  /**
   * Lists its models. Many a server has no such list, so the breaker does not hear of a failure.
   */
  @Override
  public List<Model> models() throws ProviderFailure {
    var slot = slot();
    try {
      return provider.models();
    } finally {
      slot.close();
    }
  }

  private Slots.Slot slot() throws ProviderFailure {
    // before the queue, so that nobody waits for a provider that will not be asked
    if (breaker.refuses()) {
      throw open();
    }
    try {
      return slots.take().orElseThrow(this::busy);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw busy();
    }
  }

  private ProviderFailure open() {
    return new ProviderFailure(
        ProviderFailure.Kind.OPEN, name(), "is failing, its breaker is open");
  }

  private ProviderFailure busy() {
    return new ProviderFailure(ProviderFailure.Kind.BUSY, name(), "has all its connections in use");
  }

  @Override
  public void close() throws IOException {
    if (provider instanceof Closeable closeable) {
      closeable.close();
    }
  }
}

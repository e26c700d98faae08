package io.larder.talk;

import io.larder.conversation.ConversationRefused;
import io.larder.conversation.Conversations;
import io.larder.conversation.Turn;
import io.larder.telemetry.Telemetry;
import io.larder.valkey.ValkeyUnavailable;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * The answers that this node waits for. Every two seconds the store is told of each that it is
 * still to come, and apart from that, once a second, how far it has come; and of those whose end
 * the store has not taken, their end. Neither waits for the other, nor one answer for another one.
 */
final class Answerings implements AutoCloseable {
  /** Ends that the store does not take; beyond so many the oldest ones are as good as lost. */
  private static final int OWED_MAX = 10_000;

  /** A quarter of the lease, so that three calls may fail. */
  private static final Duration VOUCH_EVERY = Conversations.lease().dividedBy(4);

  private static final Duration REPORT_EVERY = Duration.ofSeconds(1);

  /** Calls to the store at once; a call takes as long as larder.valkey lets it. */
  private static final int VOUCH_AT_ONCE = 8;

  /** Fewer, as these carry whole texts. */
  private static final int REPORT_AT_ONCE = 4;

  private static final Logger LOG = System.getLogger(Answerings.class.getName());

  private final Conversations conversations;
  private final Telemetry telemetry;
  private final Set<Answering> open = ConcurrentHashMap.newKeySet();
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("larder-conversations").factory());
  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(
          Thread.ofVirtual().name("larder-conversations-", 0).factory());

  Answerings(Conversations conversations, Telemetry telemetry) {
    this(conversations, telemetry, VOUCH_EVERY, REPORT_EVERY);
  }

  Answerings(
      Conversations conversations, Telemetry telemetry, Duration vouchEvery, Duration reportEvery) {
    this.conversations = conversations;
    this.telemetry = telemetry;
    telemetry.conversationAnswersOpen(open::size);
    every(vouchEvery, new Rounds<>(this::vouch, VOUCH_AT_ONCE, threads));
    every(reportEvery, new Rounds<>(this::report, REPORT_AT_ONCE, threads));
  }

  private void every(Duration time, Rounds<Answering> rounds) {
    long millis = time.toMillis();
    var unused =
        clock.scheduleAtFixedRate(() -> rounds.begin(open), millis, millis, TimeUnit.MILLISECONDS);
  }

  /** An answer from now on to its end. */
  Answering begin(String owner, String conversation, String turn, Turn.About about) {
    var answering = new Answering(conversations, owner, conversation, turn, about, this::count);
    open.add(answering);
    return answering;
  }

  private void count(Turn.Said end) {
    telemetry.conversationAnswer(end.state().name().toLowerCase(Locale.ROOT));
  }

  private void vouch(Answering answering) {
    try {
      answering.vouch();
    } catch (ValkeyUnavailable | ConversationRefused failed) {
      // reporting says what becomes of it
      LOG.log(Level.DEBUG, "nobody vouches for an answer now: {0}", failed.getMessage());
    } catch (RuntimeException failed) {
      // whatever it is: the others are vouched for
      LOG.log(Level.ERROR, "an answer cannot be vouched for", failed);
    }
  }

  private void report(Answering answering) {
    if (isOver(answering)) {
      open.remove(answering);
    }
  }

  /** Reports an answer unless that is done, and says whether it needs no more of that. */
  private boolean isOver(Answering answering) {
    try {
      if (!answering.isStored()) {
        answering.report();
      }
      return answering.isStored() || !answering.isAlive();
    } catch (ValkeyUnavailable down) {
      LOG.log(Level.DEBUG, "an answer cannot be reported now: {0}", down.getMessage());
      return isOneTooMany(answering) || !answering.isAlive();
    } catch (ConversationRefused refused) {
      LOG.log(Level.WARNING, "an answer cannot be stored: {0}", refused.getMessage());
      return true;
    } catch (RuntimeException failed) {
      // whatever it is, it would be the same again
      LOG.log(Level.ERROR, "an answer cannot be reported", failed);
      return true;
    }
  }

  private boolean isOneTooMany(Answering answering) {
    return answering.end().isPresent() && open.size() > OWED_MAX;
  }

  @Override
  public void close() {
    clock.shutdownNow();
    threads.shutdown();
    try {
      if (!threads.awaitTermination(1, TimeUnit.SECONDS)) {
        threads.shutdownNow();
      }
    } catch (InterruptedException stopped) {
      threads.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}

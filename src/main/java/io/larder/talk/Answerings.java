package io.larder.talk;

import io.larder.conversation.ConversationRefused;
import io.larder.conversation.Conversations;
import io.larder.conversation.Turn;
import io.larder.valkey.ValkeyUnavailable;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * The answers that this node waits for. Once a second the store is told of each that it is still to
 * come, and how far it has come; and of those whose end the store has not taken, their end.
 */
final class Answerings implements AutoCloseable {
  /** Ends that the store does not take; beyond so many the oldest ones are as good as lost. */
  private static final int OWED_MAX = 10_000;

  private static final Logger LOG = System.getLogger(Answerings.class.getName());

  private final Conversations conversations;
  private final Set<Answering> open = ConcurrentHashMap.newKeySet();
  private final ScheduledExecutorService reporter =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("larder-conversations").factory());

  Answerings(Conversations conversations) {
    this.conversations = conversations;
    var unused = reporter.scheduleWithFixedDelay(this::report, 1, 1, TimeUnit.SECONDS);
  }

  /** An answer from now on to its end. */
  Answering begin(String owner, String conversation, String turn, Turn.About about) {
    var answering = new Answering(conversations, owner, conversation, turn, about);
    open.add(answering);
    return answering;
  }

  private void report() {
    open.removeIf(this::isOver);
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
      // whatever it is: a task that ends is never run again
      LOG.log(Level.ERROR, "an answer cannot be reported", failed);
      return true;
    }
  }

  private boolean isOneTooMany(Answering answering) {
    return answering.end().isPresent() && open.size() > OWED_MAX;
  }

  @Override
  public void close() {
    reporter.shutdown();
    try {
      if (!reporter.awaitTermination(1, TimeUnit.SECONDS)) {
        reporter.shutdownNow();
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }
}

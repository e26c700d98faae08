package io.larder.talk;

import io.larder.conversation.Conversations;
import io.larder.conversation.Turn;
import io.larder.conversation.Turn.State;
import io.larder.guard.Deadline;
import io.larder.model.Usage;
import io.larder.valkey.ValkeyUnavailable;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * An answer that comes, as its turn: what has come so far, and its end. One thread adds to it,
 * others keep the store informed meanwhile. The first end holds; one that the store did not take is
 * given again.
 */
final class Answering {
  /** No answer takes so long; one that does is not vouched for any more. */
  static final Duration LIFE_MAX = Duration.ofHours(12);

  /** Longest reason that is kept, in characters: providers may say what they like. */
  private static final int ERROR_MAX = 1_000;

  private final Conversations conversations;
  private final String owner;
  private final String conversation;
  private final String turn;
  private final Consumer<Turn.Said> listener;
  private final Deadline deadline = Deadline.in(LIFE_MAX, System::nanoTime);
  // all below under this
  private final StringBuilder text = new StringBuilder();
  private Turn.About about;
  private long bytes;
  private boolean tooLarge;
  private boolean hasNews;
  private Optional<Turn.Said> end = Optional.empty();
  private boolean stored;

  /**
   * An answer of which nothing has come.
   *
   * @param turn its id, where the store expects it
   * @param listener is told once which end the store has
   */
  Answering(
      Conversations conversations,
      String owner,
      String conversation,
      String turn,
      Turn.About about,
      Consumer<Turn.Said> listener) {
    this.conversations = conversations;
    this.owner = owner;
    this.conversation = conversation;
    this.turn = turn;
    this.about = about;
    this.listener = listener;
  }

  /** Its turn. */
  String turn() {
    return turn;
  }

  /** It comes from there. */
  synchronized void begun(String provider, String cache, String stream) {
    about = about.begun(provider, cache, stream);
    hasNews = true;
  }

  /** A part has come. */
  synchronized void come(String more, Optional<Usage> usage) {
    usage.ifPresent(reported -> about = about.withUsage(reported));
    if (!more.isEmpty() && !tooLarge) {
      bytes += more.getBytes(StandardCharsets.UTF_8).length;
      tooLarge = bytes > conversations.turnBytesMax();
      if (!tooLarge) {
        text.append(more);
        hasNews = true;
      }
    }
  }

  /** Usage that was told so far. */
  synchronized Usage usage() {
    return about.usage();
  }

  /**
   * Nothing more comes; stores that.
   *
   * @param why it is not complete; empty = it is
   * @throws ValkeyUnavailable if the store does not take it, which will be tried again
   */
  void end(String why) {
    synchronized (this) {
      if (end.isEmpty()) {
        end = Optional.of(said(why));
      }
    }
    store();
  }

  private Turn.Said said(String why) {
    var reason =
        why.isEmpty() && tooLarge
            ? "the answer is larger than " + conversations.turnBytesMax() + " bytes"
            : why;
    if (reason.isEmpty()) {
      return Turn.Said.answer(text.toString(), State.COMPLETE, about);
    }
    var state = text.isEmpty() ? State.FAILED : State.INTERRUPTED;
    var error = reason.length() > ERROR_MAX ? reason.substring(0, ERROR_MAX) + " …" : reason;
    return Turn.Said.answer(text.toString(), state, about.withError(error));
  }

  private void store() {
    if (!isStored()) {
      var stands = conversations.finish(owner, conversation, turn, end().orElseThrow());
      boolean isFirst;
      synchronized (this) {
        // where it is gone it stays so
        end = stands.or(() -> end);
        isFirst = !stored;
        stored = true;
      }
      if (isFirst) {
        listener.accept(end().orElseThrow());
      }
    }
  }

  /** How it has ended. */
  synchronized Optional<Turn.Said> end() {
    return end;
  }

  /** Whether it may still come. */
  boolean isAlive() {
    return deadline.isAhead();
  }

  /** Whether the store has its end. */
  synchronized boolean isStored() {
    return stored;
  }

  /**
   * Says that it is still to come, unless the store has its end.
   *
   * @throws ValkeyUnavailable if that cannot be done now
   */
  void vouch() {
    if (!isStored()) {
      conversations.vouch(owner, conversation, turn);
    }
  }

  /**
   * Tells the store how it stands, if there is anything new.
   *
   * @throws ValkeyUnavailable if that cannot be done now
   */
  void report() {
    if (end().isPresent()) {
      store();
      return;
    }
    Optional<Turn.Said> sofar;
    synchronized (this) {
      sofar =
          hasNews
              ? Optional.of(Turn.Said.answer(text.toString(), State.IN_PROGRESS, about))
              : Optional.empty();
      hasNews = false;
    }
    try {
      sofar.ifPresent(come -> conversations.report(owner, conversation, turn, come));
    } catch (ValkeyUnavailable down) {
      synchronized (this) {
        hasNews = true;
      }
      throw down;
    }
  }
}

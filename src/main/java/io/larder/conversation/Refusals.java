package io.larder.conversation;

import io.larder.conversation.ConversationRefused.Why;
import java.util.List;

/** What both kinds of stores have to say in the same words. */
final class Refusals {
  private Refusals() {}

  static ConversationRefused tooMany(int countMax) {
    return new ConversationRefused(
        Why.TOO_MANY, "a user has at most " + countMax + " conversations; delete one first");
  }

  static ConversationRefused changed(long version) {
    return new ConversationRefused(
        Why.CHANGED, "the conversation has changed meanwhile; its ETag begins with " + version);
  }

  static ConversationRefused noTurn() {
    return ConversationRefused.absent("turn of this id in the conversation");
  }

  static ConversationRefused differs() {
    return new ConversationRefused(
        Why.DIFFERS, "this Idempotency-Key came with another request before");
  }

  static ConversationRefused full(int turnsMax, int bytesMax) {
    return new ConversationRefused(
        Why.FULL,
        "a conversation has at most "
            + turnsMax
            + " turns and "
            + bytesMax
            + " bytes; begin another one");
  }

  static ConversationRefused unreadable() {
    return new ConversationRefused(
        Why.UNREADABLE,
        "the conversation is damaged, or sealed with a key that is not in larder.cache.encryption-key");
  }

  /** A turn as readers see it: one that nobody vouches for any more has broken off. */
  static Turn shown(Turn turn, boolean vouched) {
    boolean lost = turn.said().state() == Turn.State.IN_PROGRESS && !vouched;
    return lost ? turn.lost() : turn;
  }

  /** Before when a page begins, in ms since 1970. */
  static long cursor(String cursor) {
    if (cursor.isEmpty()) {
      return Long.MAX_VALUE;
    }
    if (!cursor.matches("[0-9]{1,15}")) {
      throw ConversationRefused.wrong("cursor must be one that the page before gave");
    }
    return Long.parseLong(cursor);
  }

  /** A page that is followed by another if it is full. */
  static ConversationStore.Page page(List<Head> heads, int limit) {
    var next = heads.size() < limit ? "" : String.valueOf(heads.getLast().updated().toEpochMilli());
    return new ConversationStore.Page(heads, next);
  }
}

package io.larder.conversation;

/** Something that cannot be done with a conversation as things stand; nothing has changed. */
public final class ConversationRefused extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Why why;

  /** Why not. */
  public enum Why {
    /** The caller has no such conversation, or it has no such turn. */
    ABSENT,
    /** What was asked for is wrong. */
    WRONG,
    /** It is at another version than the caller has seen. */
    CHANGED,
    /** It has as many turns or bytes as it may. */
    FULL,
    /** The caller has as many conversations as it may. */
    TOO_MANY,
    /** One turn is larger than it may be. */
    TOO_LARGE,
    /** The same idempotency key came with another request. */
    DIFFERS,
    /** A newer Larder has stored it, or it is sealed with a key that is not here. */
    UNREADABLE
  }

  ConversationRefused(Why why, String message) {
    super(message, null, false, false);
    this.why = why;
  }

  /** Why not. */
  public Why why() {
    return why;
  }

  static ConversationRefused absent(String what) {
    return new ConversationRefused(Why.ABSENT, "there is no " + what);
  }

  static ConversationRefused wrong(String message) {
    return new ConversationRefused(Why.WRONG, message);
  }

  static ConversationRefused newer(long format) {
    return new ConversationRefused(
        Why.UNREADABLE,
        "a newer Larder has stored this conversation, in format "
            + format
            + "; this one reads up to "
            + Export.FORMAT);
  }
}

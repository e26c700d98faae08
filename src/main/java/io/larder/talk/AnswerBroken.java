package io.larder.talk;

/** An answer has begun and broke off; what had come of it is a turn. */
public final class AnswerBroken extends RuntimeException {
  private static final long serialVersionUID = 1L;

  AnswerBroken(String why) {
    super("the answer broke off: " + why, null, false, false);
  }
}

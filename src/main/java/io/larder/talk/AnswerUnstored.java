package io.larder.talk;

/** An answer has come, and what was said is stored, but the store has not taken the answer. */
public final class AnswerUnstored extends RuntimeException {
  private static final long serialVersionUID = 1L;

  AnswerUnstored(String why) {
    super(why, null, false, false);
  }
}

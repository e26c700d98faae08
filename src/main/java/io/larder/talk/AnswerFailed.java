package io.larder.talk;

/** What was said is stored, and so is the turn of its answer; but there is no whole answer. */
public final class AnswerFailed extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String turn;
  private final Exception why;

  /**
   * An answer has failed.
   *
   * @param turn its id
   * @param why tells callers what to do
   */
  AnswerFailed(String turn, Exception why) {
    super(why.getMessage(), why, true, false);
    this.turn = turn;
    this.why = why;
  }

  /** The id of its turn. */
  public String turn() {
    return turn;
  }

  /** What went wrong. */
  public Exception why() {
    return why;
  }
}

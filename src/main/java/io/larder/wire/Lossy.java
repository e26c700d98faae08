package io.larder.wire;

/**
 * One form of an answer cannot be made from the other, or not without guessing. Never leaves this
 * package: whoever asked for the form gets none.
 */
final class Lossy extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * A refusal.
   *
   * @param why for whoever debugs; quotes nothing of the answer
   */
  Lossy(String why) {
    // the place says nothing that the message does not, and its trace would cost more than the fold
    super(why, null, false, false);
  }
}

package io.larder.conversation;

import java.util.List;

/** What came of saying something. */
public sealed interface Heard {
  /**
   * It is stored, and an answer to come.
   *
   * @param history from the top down to what was said
   * @param answer the answer's turn
   */
  record Stored(List<Turn> history, Turn answer) implements Heard {
    public Stored {
      history = List.copyOf(history);
    }
  }

  /**
   * It had been said before, with the same key.
   *
   * @param answer as it stands now
   */
  record Known(Turn answer) implements Heard {}
}

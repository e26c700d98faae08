package io.larder.live;

/** What came of wanting to ask for an answer. */
sealed interface Claim {
  /**
   * This node asks.
   *
   * @param compared whether the cache's entry was found to be the one that the claimer has seen
   */
  record Led(boolean compared) implements Claim {}

  /** Another node asks already, for that answer. */
  record Taken(long answerId) implements Claim {}

  /** The cache's entry is another one than the claimer has seen. */
  record Changed() implements Claim {}
}

package io.larder.cached;

import java.time.Duration;

/** Where an answer comes from, as the header fields of a Response tell. */
sealed interface Origin {
  /**
   * From the cache.
   *
   * @param left how much longer it is good
   */
  record Hit(Duration age, Duration left) implements Origin {}

  /**
   * From the method.
   *
   * @param forward why, as RFC 9211 names it
   * @param left how long it is good; zero = it is not kept
   */
  record Called(String forward, Duration left) implements Origin {}

  /**
   * From a call of the method for somebody else.
   *
   * @param left how long it is good; zero = it is not kept
   */
  record Collapsed(Duration left) implements Origin {}
}

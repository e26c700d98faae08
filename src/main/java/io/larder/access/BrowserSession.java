package io.larder.access;

import java.time.Duration;
import java.time.Instant;

/**
 * A browser that has signed in.
 *
 * @param id random, tells nothing of the session's cookie or token
 * @param begun when it signed in
 * @param used when it last sent something, to a minute or two
 * @param address where it signed in from
 * @param agent what it called itself then
 */
public record BrowserSession(String id, Instant begun, Instant used, String address, String agent) {
  /** Sessions that one user has at once; one more ends the one that was not used for longest. */
  public static final int PER_USER_MAX = 50;

  static final int ADDRESS_LENGTH_MAX = 64;
  static final int AGENT_LENGTH_MAX = 200;

  /** When a session was used is noted once a minute. */
  static final Duration NOTED = Duration.ofMinutes(2);

  /**
   * When sessions end by themselves.
   *
   * @param idle after the last use
   * @param most after they began
   */
  public record Span(Duration idle, Duration most) {
    /** As long as anything may be known of a session. */
    Duration longest() {
      return most.plus(NOTED);
    }
  }

  boolean isOver(Instant now, Span span) {
    return !now.isBefore(begun.plus(span.most()))
        || !now.isBefore(used.plus(span.idle()).plus(NOTED));
  }
}

package io.larder.live;

import java.nio.charset.StandardCharsets;

/** How a flight has ended. */
public sealed interface Outcome {
  /**
   * The answer is complete.
   *
   * @param stored whether it is in the cache now
   */
  record Complete(boolean stored) implements Outcome {}

  /** The provider itself has refused the request, which it would do again. */
  final class Refused implements Outcome {
    private final int status;
    private final String contentType;
    private final String retryAfter;
    private final byte[] body;

    /**
     * A refusal.
     *
     * @param status 400 to 499
     * @param retryAfter the value of Retry-After; empty without one
     * @param body kept, not copied
     */
    public Refused(int status, String contentType, String retryAfter, byte[] body) {
      this.status = status;
      this.contentType = contentType;
      this.retryAfter = retryAfter;
      this.body = body;
    }

    /** The HTTP status. */
    public int status() {
      return status;
    }

    /** The value of Content-Type. */
    public String contentType() {
      return contentType;
    }

    /** The value of Retry-After; empty without one. */
    public String retryAfter() {
      return retryAfter;
    }

    /** The body; not to be changed. */
    public byte[] body() {
      return body;
    }

    @Override
    public String toString() {
      return "Refused[" + status + "]";
    }
  }

  /**
   * No complete answer has come, or none that can be shared. Who has shown nothing of it yet may
   * ask for himself.
   *
   * @param why for people
   * @param told whether the last event says so already, in the provider's own words
   */
  record Failed(String why, boolean told) implements Outcome {
    /** Longest reason that is passed on. */
    private static final int LENGTH_MAX = 500;

    /** A failure that the log does not tell of. */
    public Failed(String why) {
      this(why, false);
    }

    public Failed {
      if (why.getBytes(StandardCharsets.UTF_8).length > LENGTH_MAX) {
        why = why.substring(0, LENGTH_MAX / 4);
      }
    }
  }

  /**
   * An answer comes, but no other reader can have it. Who has shown nothing of it yet asks for
   * himself alone: with others it would come to the same.
   *
   * @param why for people
   */
  record Unshared(String why) implements Outcome {}

  /**
   * Nobody knows what the provider would have answered: it was not asked, or who asked is gone. Who
   * has shown nothing yet looks into the cache again, and asks again.
   *
   * @param why for people
   */
  record Abandoned(String why) implements Outcome {}
}

package io.larder.live;

import java.time.Duration;
import java.util.List;

/**
 * Which node asks for which answer, and the events that one node shows to others. Every method
 * throws {@link io.larder.valkey.ValkeyUnavailable} where nodes share and the store does not
 * answer.
 */
interface SharedLogs extends AutoCloseable {
  /** Who is told what other nodes do. */
  interface Listener {
    /** Another node wants to see the events of that flight, which this node leads. */
    void wanted(FlightId flight);

    /** There is more to see of that flight, which this node follows. */
    void more(FlightId flight);
  }

  /**
   * The version of a cache entry.
   *
   * @param matters false = whatever stands there
   * @param number 0 = there was none
   */
  record Version(boolean matters, long number) {}

  /** What became of a lead. */
  enum Lead {
    /** It is another node's. */
    LOST,
    /** It is still this node's, and nobody else wants to see anything. */
    ALONE,
    /** It is still this node's, and others follow. */
    FOLLOWED
  }

  /**
   * Claims the right to ask, for the time of a lease.
   *
   * @param version what the claimer saw in the cache
   */
  Claim claim(FlightId flight, Version version);

  /** Renews a lease, or takes the lead again if nobody has it. */
  Lead renew(FlightId flight);

  /**
   * Gives the lead back; others may ask now.
   *
   * @return false if other nodes follow and that was not wanted: they have still to see the end
   */
  boolean release(FlightId flight, boolean evenIfFollowed);

  /**
   * Shows records to other nodes. Numbers that are there already are left out, so that it may be
   * done twice.
   *
   * @param first the number of the first record, from 1; the others follow
   * @param life how long they can be seen
   */
  void append(FlightId flight, long first, List<byte[]> records, Duration life);

  /** The same with the last ones, and gives the lead back in the same step. */
  void appendLast(FlightId flight, long first, List<byte[]> records, Duration life);

  /** What there is to see after that number; this node is told of more from now on. */
  Tail tail(FlightId flight, long after);

  /** Nothing is told any more. */
  @Override
  void close();
}

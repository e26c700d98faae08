package io.larder.live;

import java.time.Duration;
import java.util.List;

/** For a node that shares nothing with others: it always leads, and nobody looks on. */
final class Alone implements SharedLogs {
  @Override
  public Claim claim(FlightId flight, Version version) {
    return new Claim.Led(false);
  }

  @Override
  public Lead renew(FlightId flight) {
    return Lead.ALONE;
  }

  @Override
  public boolean release(FlightId flight, boolean evenIfFollowed) {
    return true;
  }

  @Override
  public void append(FlightId flight, long first, List<byte[]> records, Duration life) {
    // nobody reads it
  }

  @Override
  public void appendLast(FlightId flight, long first, List<byte[]> records, Duration life) {
    // nobody reads it
  }

  @Override
  public Tail tail(FlightId flight, long after) {
    return new Tail(false, List.of());
  }

  @Override
  public void close() {
    // nothing is open
  }
}

package io.larder.live;

import java.util.concurrent.atomic.AtomicLong;

/** The bytes that one log may hold, out of those that all logs of the node may hold. */
final class Room implements EventLog.Budget {
  private final long allMax;
  private final AtomicLong all;
  private final int bytesMax;
  private int taken;
  private boolean given;

  /**
   * Room for one log.
   *
   * @param all bytes that all logs hold now
   * @param allMax bytes that all may hold together
   * @param bytesMax bytes that this one may hold
   */
  Room(AtomicLong all, long allMax, int bytesMax) {
    this.all = all;
    this.allMax = allMax;
    this.bytesMax = bytesMax;
  }

  @Override
  public synchronized boolean take(int bytes) {
    if (given || taken + (long) bytes > bytesMax) {
      return false;
    }
    if (all.addAndGet(bytes) > allMax) {
      all.addAndGet(-bytes);
      return false;
    }
    taken += bytes;
    return true;
  }

  synchronized int taken() {
    return taken;
  }

  /** Gives all of it back; once. */
  synchronized void giveBack() {
    if (!given) {
      given = true;
      all.addAndGet(-taken);
    }
  }
}

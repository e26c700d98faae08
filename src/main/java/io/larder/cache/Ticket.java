package io.larder.cache;

import java.util.List;

/**
 * The right to keep one value, taken before the value is made. What is removed or invalidated in
 * between, or replaced by somebody who was faster, makes it void.
 */
public final class Ticket {
  private final Key key;
  private final long version;
  private final List<Stamp> stamps;
  private final boolean local;
  private final long news;

  Ticket(Key key, long version, List<Stamp> stamps, boolean local, long news) {
    this.key = key;
    this.version = version;
    this.stamps = List.copyOf(stamps);
    this.local = local;
    this.news = news;
  }

  /** The key whose value may be kept. */
  public Key key() {
    return key;
  }

  /** What stood there when the ticket was taken; 0 = nothing. */
  public long version() {
    return version;
  }

  List<Stamp> stamps() {
    return stamps;
  }

  /** The count of the news when the ticket was taken. */
  long news() {
    return news;
  }

  /** Whether the shared store was out of reach, so that only this node may keep the value. */
  public boolean isLocal() {
    return local;
  }
}

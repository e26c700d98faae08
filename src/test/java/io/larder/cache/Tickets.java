package io.larder.cache;

import java.util.List;

/** Tickets as tests want them. */
public final class Tickets {
  private Tickets() {}

  /** Of somebody who saw that version in the store; 0 = nothing. */
  public static Ticket seen(String name, long version) {
    return new Ticket(new Key("chat", name), version, List.of(), false, 0);
  }
}

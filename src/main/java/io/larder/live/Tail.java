package io.larder.live;

import java.util.List;

/**
 * What the shared log has after a certain event.
 *
 * @param led whether a node still asks
 * @param records in order, each with its number
 */
record Tail(boolean led, List<Numbered> records) {
  Tail {
    records = List.copyOf(records);
  }

  /** One record of the log. */
  static final class Numbered {
    private final long number;
    private final byte[] bytes;

    Numbered(long number, byte[] bytes) {
      this.number = number;
      this.bytes = bytes;
    }

    long number() {
      return number;
    }

    byte[] bytes() {
      return bytes;
    }
  }
}

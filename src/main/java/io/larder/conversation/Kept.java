package io.larder.conversation;

import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** A conversation in memory, and what its store has to know of it. Guarded by the store. */
final class Kept {
  final Map<String, Turn> turns = new LinkedHashMap<>();
  final Map<String, String> hashes = new HashMap<>();
  final Map<String, Instant> leases = new HashMap<>();
  Head head;
  Instant end;
  long bytes;

  Kept(Head head, Instant end) {
    this.head = head;
    this.end = end;
  }

  void put(Turn turn) {
    var before = turns.put(turn.id(), turn);
    bytes += size(turn) - (before == null ? 0 : size(before));
  }

  Optional<Turn> turn(String id) {
    return Optional.ofNullable(turns.get(id));
  }

  /** Bytes that a turn may have within a bound of all. */
  long roomFor(String turn, long bytesMax) {
    return bytesMax - bytes + turn(turn).map(Kept::size).orElse(0L);
  }

  static long size(Turn turn) {
    return turn.said().bytes();
  }
}

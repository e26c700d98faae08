package io.larder.conversation;

import io.larder.conversation.ConversationRefused.Why;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Conversations of a node that shares nothing; at most {@link #COUNT_MAX} of all users. */
final class MemoryConversations implements ConversationStore {
  /** Conversations of all users together; more are refused, since none may be lost. */
  static final int COUNT_MAX = 10_000;

  /** Bytes of all turns together. */
  static final long BYTES_MAX = 256L * 1024 * 1024;

  private final InstantSource clock;
  // under this
  private final Map<String, Map<String, Kept>> owners = new HashMap<>();

  MemoryConversations(InstantSource clock) {
    this.clock = clock;
  }

  @Override
  public synchronized Head create(
      String owner, NewConversation conversation, Duration life, int countMax) {
    var now = now();
    var all = alive(owner);
    if (all.size() >= countMax) {
      throw Refusals.tooMany(countMax);
    }
    makeRoom();
    var head =
        new Head(
            conversation.id(),
            conversation.title(),
            conversation.tags(),
            now,
            now,
            1,
            conversation.turns().size(),
            conversation.leaf());
    var kept = new Kept(head, now.plus(life));
    for (var turn : conversation.turns()) {
      kept.put(
          new Turn(
              turn.id(),
              turn.parent(),
              kept.turns.size() + 1L,
              turn.created().orElse(now),
              turn.said()));
    }
    owners.computeIfAbsent(owner, absent -> new HashMap<>()).put(head.id(), kept);
    touch(owner, kept, life, 0);
    return kept.head;
  }

  /** Looks at everything only when it seems to be full. */
  private void makeRoom() {
    if (!isFull()) {
      return;
    }
    List.copyOf(owners.keySet()).forEach(this::alive);
    if (isFull()) {
      throw new ConversationRefused(
          Why.TOO_MANY, "this node keeps conversations in memory, and has no room for more");
    }
  }

  private boolean isFull() {
    long count = 0;
    long bytes = 0;
    for (var one : owners.values()) {
      count += one.size();
      bytes += one.values().stream().mapToLong(kept -> kept.bytes).sum();
    }
    return count >= COUNT_MAX || bytes >= BYTES_MAX;
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }

  private Map<String, Kept> alive(String owner) {
    var all = owners.getOrDefault(owner, new HashMap<>());
    all.values().removeIf(kept -> !kept.end.isAfter(now()));
    if (all.isEmpty()) {
      owners.remove(owner);
    }
    return all;
  }

  private Kept find(String owner, String id, OptionalLong version) {
    var kept = Optional.ofNullable(alive(owner).get(id)).orElseThrow(Conversations::absent);
    if (version.isPresent() && version.getAsLong() != kept.head.version()) {
      throw Refusals.changed(kept.head.version());
    }
    return kept;
  }

  /** No two conversations of a user are changed in the same millisecond, so that order is one. */
  private void touch(String owner, Kept kept, Duration life, int versions) {
    var now = now();
    var last =
        alive(owner).values().stream()
            .filter(other -> other != kept)
            .map(other -> other.head.updated())
            .max(Comparator.naturalOrder())
            .filter(other -> !other.isBefore(now))
            .map(other -> other.plusMillis(1));
    var head = kept.head;
    kept.end = now.plus(life);
    kept.head =
        new Head(
            head.id(),
            head.title(),
            head.tags(),
            head.created(),
            last.orElse(now),
            head.version() + versions,
            kept.turns.size(),
            head.leaf());
  }

  @Override
  public synchronized Optional<Conversation> read(String owner, String id, Duration life) {
    var now = now();
    return Optional.ofNullable(alive(owner).get(id))
        .map(
            kept -> {
              kept.end = now.plus(life);
              var turns = kept.turns.values().stream().map(turn -> shown(kept, turn)).toList();
              return new Conversation(kept.head, turns);
            });
  }

  private Turn shown(Kept kept, Turn turn) {
    var lease = Optional.ofNullable(kept.leases.get(turn.id()));
    return Refusals.shown(turn, lease.filter(end -> end.isAfter(now())).isPresent());
  }

  @Override
  public synchronized Page list(String owner, String cursor, int limit) {
    long before = Refusals.cursor(cursor);
    var heads =
        alive(owner).values().stream()
            .map(kept -> kept.head)
            .filter(head -> head.updated().toEpochMilli() < before)
            .sorted(Comparator.comparing(Head::updated).reversed())
            .limit(limit)
            .toList();
    return Refusals.page(heads, limit);
  }

  @Override
  public synchronized Head change(String owner, String id, Change change, Terms terms) {
    var kept = find(owner, id, terms.version());
    var leaf = change.leaf().orElse(kept.head.leaf());
    if (change.leaf().isPresent() && !kept.turns.containsKey(leaf)) {
      throw Refusals.noTurn();
    }
    var head = kept.head;
    kept.head =
        new Head(
            id,
            change.title().orElse(head.title()),
            change.tags().orElse(head.tags()),
            head.created(),
            head.updated(),
            head.version(),
            head.turns(),
            leaf);
    touch(owner, kept, terms.life(), 1);
    return kept.head;
  }

  @Override
  public synchronized void remove(String owner, String id, OptionalLong version) {
    find(owner, id, version);
    alive(owner).remove(id);
    alive(owner);
  }

  @Override
  public synchronized Appended append(
      String owner, String id, NewExchange exchange, Terms terms, int turnsMax, int bytesMax) {
    var kept = find(owner, id, OptionalLong.empty());
    if (kept.turns.containsKey(exchange.id())) {
      if (!exchange.hash().equals(kept.hashes.get(exchange.id()))) {
        throw Refusals.differs();
      }
      return new Known(shown(kept, kept.turn(exchange.answer()).orElseThrow(Refusals::noTurn)));
    }
    find(owner, id, terms.version());
    var parent = exchange.parent().map(String::strip).orElse(kept.head.leaf());
    if (!parent.isEmpty() && !kept.turns.containsKey(parent)) {
      throw Refusals.noTurn();
    }
    long bytes = exchange.said().bytes();
    if (kept.turns.size() + 2 > turnsMax || kept.bytes + bytes > bytesMax) {
      throw Refusals.full(turnsMax, bytesMax);
    }
    makeRoom();
    var now = now();
    int number = kept.turns.size();
    kept.put(new Turn(exchange.id(), parent, number + 1L, now, exchange.said()));
    kept.put(new Turn(exchange.answer(), exchange.id(), number + 2L, now, exchange.awaited()));
    kept.hashes.put(exchange.id(), exchange.hash());
    kept.leases.put(exchange.answer(), now.plus(LEASE));
    var leaf = new Change(Optional.empty(), Optional.empty(), Optional.of(exchange.answer()));
    change(owner, id, leaf, new Terms(terms.life(), OptionalLong.empty()));
    return new Stored(history(kept, exchange.id()));
  }

  private static List<Turn> history(Kept kept, String leaf) {
    var history = new ArrayList<Turn>();
    for (var at = kept.turn(leaf); at.isPresent(); at = kept.turn(at.get().parent())) {
      history.add(at.get());
    }
    return history.reversed();
  }

  @Override
  public synchronized void vouch(String owner, String id, String answer) {
    var kept = alive(owner).get(id);
    if (kept != null && kept.leases.containsKey(answer)) {
      kept.leases.put(answer, now().plus(LEASE));
    }
  }

  @Override
  public synchronized void report(
      String owner, String id, String answer, Turn.Said sofar, long bytesMax) {
    var kept = alive(owner).get(id);
    if (kept != null && kept.leases.containsKey(answer)) {
      kept.turn(answer)
          .map(turn -> turn.with(sofar))
          .filter(turn -> Kept.size(turn) <= kept.roomFor(answer, bytesMax))
          .ifPresent(kept::put);
    }
  }

  @Override
  public synchronized Ended finish(
      String owner,
      String id,
      String answer,
      Turn.Said said,
      Duration life,
      OptionalLong bytesMax) {
    var kept = alive(owner).get(id);
    var turn = Optional.ofNullable(kept).flatMap(there -> there.turn(answer));
    if (kept == null || turn.isEmpty()) {
      return new Gone();
    }
    if (!kept.leases.containsKey(answer)) {
      return new Stands(turn.get().said());
    }
    var ended = turn.get().with(said);
    long room = kept.roomFor(answer, bytesMax.orElse(Long.MAX_VALUE));
    if (Kept.size(ended) > room) {
      return new NoRoom(Math.max(0, room));
    }
    kept.leases.remove(answer);
    kept.put(ended);
    touch(owner, kept, life, 1);
    return new Stands(said);
  }
}

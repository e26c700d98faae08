package io.larder.conversation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A tree of turns, one branch of which is the current one.
 *
 * @param turns all of them, in the order in which they were stored
 */
public record Conversation(Head head, List<Turn> turns) {
  public Conversation {
    turns = turns.stream().sorted(Comparator.comparingLong(Turn::number)).toList();
  }

  /** The turn of that id. */
  public Optional<Turn> turn(String id) {
    return turns.stream().filter(turn -> turn.id().equals(id)).findFirst();
  }

  /** The current branch, from the top. */
  public List<Turn> branch() {
    return path(head.leaf());
  }

  /** The branch that a turn is on: down to it from the top, and from it to its newest end. */
  public List<Turn> branch(String id) {
    var below = children();
    var end = id;
    // each set of children once, whatever the store says
    for (var next = below.remove(end); next != null; next = below.remove(end)) {
      end = next.getLast().id();
    }
    return path(end);
  }

  /** The turns below each, in order, by its id; those at the top by an empty one. */
  Map<String, List<Turn>> children() {
    Map<String, List<Turn>> children = new HashMap<>();
    for (var turn : turns) {
      children.computeIfAbsent(turn.parent(), absent -> new ArrayList<>()).add(turn);
    }
    return children;
  }

  private List<Turn> path(String leaf) {
    Map<String, Turn> byId = new HashMap<>();
    turns.forEach(turn -> byId.put(turn.id(), turn));
    var path = new ArrayList<Turn>();
    // no longer than there are turns, whatever the store says
    for (var turn = byId.remove(leaf); turn != null; turn = byId.remove(turn.parent())) {
      path.add(turn);
    }
    return path.reversed();
  }
}

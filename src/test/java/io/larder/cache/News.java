package io.larder.cache;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/**
 * Generations in memory that nodes of a test share, with news that come at once, or not at all
 * while a test has cut a node off.
 */
final class News implements GenerationStore {
  private final MemoryGenerations generations;
  private final List<Generations> listeners = new ArrayList<>();
  private boolean down;

  News(InstantSource clock) {
    this.generations = new MemoryGenerations(clock);
  }

  /** Connects a node, which then believes what it hears. */
  void connect(Generations node, long nanoTime) {
    listeners.add(node);
    node.connected();
    node.complete(nanoTime);
  }

  /** Cuts a node off. */
  void cutOff(Generations node) {
    listeners.remove(node);
    node.lost();
  }

  /** Lets the store give no answer. */
  void down(boolean now) {
    down = now;
  }

  @Override
  public List<Long> current(List<Label> labels) {
    check();
    return generations.current(labels);
  }

  @Override
  public long renew(Label label, long least) {
    check();
    long generation = generations.renew(label, least);
    listeners.forEach(node -> node.message("g " + generation + " " + label));
    return generation;
  }

  @Override
  public void announce(String message) {
    check();
    listeners.forEach(node -> node.message(message));
  }

  private void check() {
    if (down) {
      throw Outage.now();
    }
  }
}

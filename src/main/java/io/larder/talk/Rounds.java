package io.larder.talk;

import java.util.Collection;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;

/**
 * Does one thing with each of many, again and again: with a few at once, in the order in which they
 * were given, and with none twice at once. One that takes long is left out meanwhile, and holds up
 * no other one but by its place.
 */
final class Rounds<T> {
  private final Consumer<T> task;
  private final Semaphore places;
  private final Executor threads;
  private final Set<T> busy = ConcurrentHashMap.newKeySet();

  /**
   * Rounds of a task.
   *
   * @param task must not throw
   * @param atOnce with how many at most, 1 or more
   * @param threads one for each, as they wait for a place
   */
  Rounds(Consumer<T> task, int atOnce, Executor threads) {
    this.task = task;
    this.places = new Semaphore(atOnce, true);
    this.threads = threads;
  }

  /** Begins a round; those that the one before has not come to yet are in both. */
  void begin(Collection<T> all) {
    for (var one : all) {
      if (busy.add(one)) {
        threads.execute(() -> visit(one));
      }
    }
  }

  private void visit(T one) {
    try {
      places.acquire();
      try {
        task.accept(one);
      } finally {
        places.release();
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    } finally {
      busy.remove(one);
    }
  }
}

package io.larder.cache;

import com.github.benmanes.caffeine.cache.Caffeine;
import io.larder.valkey.Subscription;
import io.larder.valkey.ValkeyUnavailable;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Which values are alive, as this node knows it: the generations of labels, near at hand.
 *
 * <p>What is known is believed only while nothing can have been missed: up to {@link #BELIEVED}
 * after a moment that the subscription to the other nodes' news was complete. Else the store is
 * asked each time. So nobody is served what was invalidated more than a second ago, and a hit that
 * is near needs no round trip.
 *
 * <p>A generation that this node has seen never goes back: if the store has lost it in a failover,
 * it is told.
 *
 * <p>News are lines of words: {@code g <generation> <label>}, a label has a new generation; {@code
 * k <node> <name>}, a value was replaced or removed; {@code f <node>}, many were.
 */
final class Generations implements Subscription.Listener {
  /** A second, less what a busy machine may need to notice. */
  static final Duration BELIEVED = Duration.ofMillis(900);

  private static final int KNOWN_MAX = 10_000;
  private static final Logger LOG = System.getLogger(Generations.class.getName());

  private final GenerationStore store;
  private final Optional<Near> near;
  private final LongSupplier nanoTime;
  private final String node = UUID.randomUUID().toString();
  private final com.github.benmanes.caffeine.cache.Cache<Label, Known> known =
      Caffeine.newBuilder().maximumSize(KNOWN_MAX).executor(Runnable::run).build();
  private final AtomicLong changes = new AtomicLong();
  private final AtomicLong epoch = new AtomicLong();
  private volatile long believedUntil;

  /**
   * A generation, and the epoch in which it was learnt. Of an earlier epoch it is a lower bound.
   */
  private record Known(long epoch, long generation) {}

  /**
   * What is known so far: nothing.
   *
   * @param near what to keep in step with the news; empty = there are no other nodes
   */
  Generations(GenerationStore store, Optional<Near> near, LongSupplier nanoTime) {
    this.store = store;
    this.near = near;
    this.nanoTime = nanoTime;
    this.believedUntil = nanoTime.getAsLong();
  }

  /** Whether all news up to a moment ago have come. */
  boolean isBelieved() {
    return near.isEmpty() || nanoTime.getAsLong() - believedUntil < 0;
  }

  /** Counts the times that the subscription stood anew; what is older may be out of date. */
  long epoch() {
    return epoch.get();
  }

  /** Counts the news, reconnections included. */
  long changes() {
    return changes.get();
  }

  /**
   * The labels with their generations now.
   *
   * @throws ValkeyUnavailable if they are not known and the store gives no answer
   */
  List<Stamp> stamps(Collection<Label> labels) {
    var list = List.copyOf(labels);
    var stamps = new ArrayList<Stamp>(list.size());
    boolean believed = isBelieved();
    long now = epoch.get();
    for (var label : list) {
      var found = believed ? known.getIfPresent(label) : null;
      if (found == null || found.epoch() != now) {
        return ask(list);
      }
      stamps.add(new Stamp(label, found.generation()));
    }
    return stamps;
  }

  /**
   * Whether all of these generations are the newest.
   *
   * @throws ValkeyUnavailable if that is not known and the store gives no answer
   */
  boolean hold(List<Stamp> stamps) {
    return stamps.equals(stamps(stamps.stream().map(Stamp::label).toList()));
  }

  /** Whether all of these generations are known to be the newest, without asking. */
  boolean surelyHold(List<Stamp> stamps) {
    if (!isBelieved()) {
      return false;
    }
    long now = epoch.get();
    for (var stamp : stamps) {
      var found = known.getIfPresent(stamp.label());
      if (found == null || found.epoch() != now || found.generation() != stamp.generation()) {
        return false;
      }
    }
    return true;
  }

  /**
   * Makes everything filed under a label dead, what is being made included, here at once and on the
   * other nodes when the news come.
   *
   * @throws ValkeyUnavailable if the store gives no answer
   */
  void renew(Label label) {
    var floor = known.getIfPresent(label);
    learn(label, epoch.get(), store.renew(label, floor == null ? 0 : floor.generation() + 1));
    changes.incrementAndGet();
  }

  /** Tells the other nodes that a value was replaced or removed. */
  void announce(Key key) {
    if (near.isPresent()) {
      store.announce("k " + node + " " + key.name());
    }
  }

  /** Forgets all values near at hand, here and on the other nodes: many were removed. */
  void announceMany() {
    forgetAll();
    if (near.isPresent()) {
      store.announce("f " + node);
    }
  }

  private List<Stamp> ask(List<Label> labels) {
    // before asking: what is learnt counts only if the subscription stood all the time
    long asked = epoch.get();
    var answer = store.current(labels);
    var stamps = new ArrayList<Stamp>(labels.size());
    for (int i = 0; i < labels.size(); i++) {
      var label = labels.get(i);
      long generation = answer.get(i);
      var floor = known.getIfPresent(label);
      if (floor != null && floor.generation() > generation) {
        generation = store.renew(label, floor.generation());
      }
      learn(label, asked, generation);
      stamps.add(new Stamp(label, generation));
    }
    return stamps;
  }

  private void learn(Label label, long when, long generation) {
    known
        .asMap()
        .merge(
            label,
            new Known(when, generation),
            (before, now) ->
                new Known(
                    Math.max(before.epoch(), now.epoch()),
                    Math.max(before.generation(), now.generation())));
  }

  @Override
  public void connected() {
    forgetAll();
    changes.incrementAndGet();
    LOG.log(Level.INFO, "news of other nodes: listening");
  }

  @Override
  public void message(String text) {
    try {
      read(text.split(" ", 3));
    } catch (RuntimeException unknown) {
      // from a newer node perhaps: anything may have changed
      LOG.log(Level.WARNING, "news that cannot be read: {0}", unknown.getMessage());
      forgetAll();
    }
    changes.incrementAndGet();
  }

  private void read(String[] words) {
    switch (words[0]) {
      case "g" -> learn(Label.parse(words[2]), epoch.get(), Long.parseLong(words[1]));
      case "k" -> {
        if (!words[1].equals(node)) {
          near.ifPresent(one -> one.changed(words[2]));
        }
      }
      case "f" -> {
        if (!words[1].equals(node)) {
          forgetAll();
        }
      }
      default -> throw new IllegalArgumentException("no news of this kind: " + words[0]);
    }
  }

  /** Nothing that was read before is believed any more, nor what is being read. */
  private void forgetAll() {
    epoch.incrementAndGet();
    near.ifPresent(Near::clear);
  }

  @Override
  public void complete(long moment) {
    believedUntil = moment + BELIEVED.toNanos();
  }

  @Override
  public void lost() {
    believedUntil = nanoTime.getAsLong();
    LOG.log(Level.WARNING, "news of other nodes: lost, values near at hand are not served");
  }
}

package io.larder.cache;

import io.larder.telemetry.Telemetry;
import io.larder.valkey.Subscription;
import io.larder.valkey.ValkeyStores;
import io.larder.valkey.ValkeyUnavailable;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Values by key, to be found, kept, and invalidated by what they are filed under.
 *
 * <p>With Valkey, copies near at hand answer without a round trip for as long as nothing can have
 * been missed (see {@link Generations}); else a lookup costs one. While Valkey is out of reach this
 * node serves what it has got itself since, until it hears of the others again.
 */
public final class Cache implements AutoCloseable {
  private final Store store;
  private final Optional<Near> near;
  private final Generations generations;
  private final Optional<Subscription> news;
  private final InstantSource clock;
  private final Telemetry telemetry;
  private final Entries entries;

  /**
   * A cache.
   *
   * @param near copies of what is in the store; empty = the store is this node's memory itself
   * @param news what the generations hear of other nodes by, to be closed with the cache
   */
  Cache(
      Store store,
      Optional<Near> near,
      Generations generations,
      Optional<Subscription> news,
      InstantSource clock,
      Telemetry telemetry) {
    this.store = store;
    this.near = near;
    this.generations = generations;
    this.news = news;
    this.clock = clock;
    this.telemetry = telemetry;
    this.entries = new Entries(this, store, generations, clock);
  }

  /**
   * A cache over the stores that are configured. Where there is a store for answers and none for
   * state, the generations go to the former: one that is evicted makes values dead, not alive.
   */
  static Cache open(
      StoreSettings settings, ValkeyStores stores, InstantSource clock, Telemetry telemetry) {
    if (stores.cache().isEmpty()) {
      return new Cache(
          new MemoryStore(settings.memoryBytesMax(), clock),
          Optional.empty(),
          new Generations(new MemoryGenerations(clock), Optional.empty(), System::nanoTime),
          Optional.empty(),
          clock,
          telemetry);
    }
    var answers = stores.cache().get();
    var state = stores.state().orElse(answers);
    var envelope = new Envelope(settings.compressBytesMin(), settings.encryption());
    var near = new Near(settings.memoryBytesMax(), settings.nearTimeMax(), clock);
    var generations =
        new Generations(new ValkeyGenerations(state), Optional.of(near), System::nanoTime);
    return new Cache(
        new ValkeyStore(answers, envelope, clock, telemetry),
        Optional.of(near),
        generations,
        Optional.of(
            state.subscribe(ValkeyGenerations.CHANNEL, ValkeyGenerations.ROUTE, generations)),
        clock,
        telemetry);
  }

  /** Looks a value up. Never fails: out of reach is an answer too. */
  public Lookup find(Key key) {
    long start = System.nanoTime();
    var result = "failed";
    try {
      var copy = near.flatMap(one -> one.find(key));
      var found = copy.isPresent() && isGood(copy.get()) ? judge(copy.get().kept()) : fetch(key);
      result = name(found);
      return found;
    } finally {
      telemetry.cacheLookup(result, Duration.ofNanos(System.nanoTime() - start));
    }
  }

  private static String name(Lookup found) {
    return switch (found) {
      case Lookup.Found hit -> "found";
      case Lookup.Stale past -> "stale";
      case Lookup.Absent none -> "absent";
      case Lookup.Unknown down -> "unknown";
    };
  }

  private boolean isGood(Near.Copy copy) {
    if (copy.isLocal() || copy.epoch() != generations.epoch() || !generations.isBelieved()) {
      return false;
    }
    long news = generations.changes();
    if (copy.checked() == news) {
      return true;
    }
    boolean holds = generations.surelyHold(copy.kept().stamps());
    if (holds) {
      copy.checkedAt(news);
    }
    return holds;
  }

  private Lookup fetch(Key key) {
    long epoch = generations.epoch();
    long changes = near.map(one -> one.changes(key)).orElse(0L);
    try {
      return switch (store.find(key)) {
        // a store that is full takes nothing, but says what it has
        case Store.At.Nothing(long version) -> local(key).orElse(new Lookup.Absent(version));
        case Store.At.There(Kept kept)
            when kept.isTombstone() || !generations.hold(kept.stamps()) ->
            absent(key, kept);
        case Store.At.There(Kept kept) -> {
          near.ifPresent(one -> one.put(key, kept, epoch, changes));
          yield judge(kept);
        }
      };
    } catch (ValkeyUnavailable down) {
      return local(key).orElse(new Lookup.Unknown());
    }
  }

  /** What only this node has, if it may be used. */
  private Optional<Lookup> local(Key key) {
    return near.flatMap(one -> one.find(key))
        .filter(copy -> copy.isLocal() && copy.checked() == generations.changes())
        .map(copy -> judge(copy.kept()));
  }

  private Lookup absent(Key key, Kept dead) {
    near.ifPresent(one -> one.drop(key));
    return new Lookup.Absent(dead.version());
  }

  private Lookup judge(Kept kept) {
    var now = clock.instant();
    if (kept.left(now).isPositive()) {
      return new Lookup.Found(kept);
    }
    return kept.heldFor(now).isPositive()
        ? new Lookup.Stale(kept)
        : new Lookup.Absent(kept.version());
  }

  /**
   * Takes a ticket to keep a value, before the value is made.
   *
   * @param before what the lookup found
   * @param labels what to file the value under, beside its type
   */
  public Ticket ticket(Key key, Lookup before, Collection<Label> labels) {
    var all = new LinkedHashSet<Label>();
    all.add(Label.EVERYTHING);
    all.add(new Label(Label.Kind.TYPE, key.type()));
    all.addAll(labels);
    long news = generations.changes();
    try {
      return switch (before) {
        case Lookup.Found(Kept kept) -> ticket(key, kept.version(), all, news);
        case Lookup.Stale(Kept kept) -> ticket(key, kept.version(), all, news);
        case Lookup.Absent(long version) -> ticket(key, version, all, news);
        case Lookup.Unknown unknown -> new Ticket(key, 0, List.of(), true, news);
      };
    } catch (ValkeyUnavailable down) {
      return new Ticket(key, 0, List.of(), true, news);
    }
  }

  private Ticket ticket(Key key, long version, Collection<Label> labels, long news) {
    return new Ticket(key, version, generations.stamps(labels), false, news);
  }

  /**
   * Keeps a value. Never fails: a value that Valkey does not take stays in this node's memory.
   *
   * @return whether it is kept; not if the ticket is void
   */
  public boolean keep(Ticket ticket, byte[] value, Retention retention) {
    var key = ticket.key();
    long version = ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE);
    var kept = new Kept(value, clock.instant(), retention, version, ticket.stamps());
    if (ticket.isLocal()) {
      return keepLocally(ticket, kept);
    }
    long epoch = generations.epoch();
    long changes = near.map(one -> one.changes(key)).orElse(0L);
    try {
      if (!store.keep(key, kept, ticket.version())) {
        return false;
      }
      near.ifPresent(one -> one.put(key, kept, epoch, changes));
      if (ticket.version() != 0) {
        generations.announce(key);
      }
      return true;
    } catch (ValkeyUnavailable down) {
      return keepLocally(ticket, kept);
    }
  }

  /** Keeps a value on this node alone, unless there were news since the ticket was taken. */
  private boolean keepLocally(Ticket ticket, Kept kept) {
    if (near.isEmpty() || generations.changes() != ticket.news()) {
      return false;
    }
    near.get().putLocal(ticket.key(), kept, ticket.news());
    return true;
  }

  /**
   * Claims the right to refresh a value, over all nodes, for a time. Nobody has to give it back:
   * who fails leaves others in peace until the time is over.
   *
   * @return false also if Valkey is out of reach
   */
  public boolean claim(Key key, Duration time) {
    try {
      return store.claim(key, time);
    } catch (ValkeyUnavailable down) {
      return false;
    }
  }

  /**
   * Removes one value, and keeps one that is being made from taking its place.
   *
   * @throws ValkeyUnavailable if it may be there still; trying again does no harm
   */
  public void remove(Key key) {
    store.remove(key);
    near.ifPresent(one -> one.changed(key.name()));
    generations.announce(key);
  }

  /**
   * Removes everything filed under a label, however much that is, in one step; also what is being
   * made now.
   *
   * @throws ValkeyUnavailable if it may be there still; trying again does no harm
   */
  public void invalidate(Label label) {
    generations.renew(label);
  }

  /** What is kept, whatever its type, to be looked through and moved. */
  public Entries entries() {
    return entries;
  }

  /** Lets this node forget its copy of a value, so that the next lookup asks the store. */
  public void forget(Key key) {
    near.ifPresent(one -> one.drop(key));
  }

  /** Values that had to leave this node's memory for others, since it started. */
  public long evicted() {
    if (near.isPresent()) {
      return near.get().evicted();
    }
    return store instanceof MemoryStore memory ? memory.evicted() : 0;
  }

  /** Bytes of values in this node's memory, their overhead included. */
  public long memoryBytes() {
    if (near.isPresent()) {
      return near.get().bytes();
    }
    return store instanceof MemoryStore memory ? memory.bytes() : 0;
  }

  @Override
  public void close() {
    news.ifPresent(Subscription::close);
  }
}

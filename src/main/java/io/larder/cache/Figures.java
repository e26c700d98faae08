package io.larder.cache;

import io.larder.valkey.Valkey;
import io.larder.valkey.ValkeyUnavailable;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts what the cache does, per type and per user: here at once, and every second, in one go, for
 * all nodes.
 *
 * <p>Storage, once a second for each who was active:
 *
 * <pre>
 * EVALSHA add 1 larder:1:figures:all                  life &lt;type&gt;:&lt;figure&gt; n …
 * EVALSHA add 1 larder:1:figures:user:&lt;tenant&gt;/&lt;id&gt;  life &lt;type&gt;:&lt;figure&gt; n …
 * EVALSHA add 1 larder:1:figures:nodes                life &lt;type&gt;:&lt;figure&gt; n …
 * EVALSHA add 1 larder:1:figures:models               life &lt;model&gt;:&lt;figure&gt; n …
 *   HINCRBY each, then PEXPIRE
 * </pre>
 *
 * A key holds at most ten figures per type and expires {@link #LIFE} after the last change. What
 * could not be written is written with the next second's; if only the reply was lost, it counts
 * twice.
 */
public final class Figures implements AutoCloseable {
  /** Users counted one by one on a node; the rest are counted together. */
  static final int USERS_MAX = 10_000;

  /** Models counted one by one on a node; the rest are counted together. */
  static final int MODELS_MAX = 500;

  static final Duration LIFE = Duration.ofDays(366);

  /** All users together. */
  public static final String EVERYBODY = "all";

  /** What no user asked for: the nodes' own calls. */
  public static final String NODES = "nodes";

  /** What all users together had of each model: its name stands in the place of the type. */
  public static final String MODELS = "models";

  private static final String THE_REST = "user:*";
  private static final String OTHER_MODELS = "*";
  private static final String PREFIX = "larder:1:figures:";
  private static final Logger LOG = System.getLogger(Figures.class.getName());

  private final Optional<Valkey> state;
  private final Map<String, Subject> subjects = new ConcurrentHashMap<>();
  private final Subject everybody;
  private final Subject models = new Subject();
  private final Histogram hitTimes = new Histogram();
  private final Histogram missTimes = new Histogram();
  private final ScheduledExecutorService flusher =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("larder-figures").factory());

  /** Figures of one user, or of everybody, by type. */
  private static final class Subject {
    private final Map<String, Counts> types = new ConcurrentHashMap<>();

    Counts of(String type) {
      var counts = types.get(type);
      return counts != null ? counts : types.computeIfAbsent(type, absent -> new Counts());
    }
  }

  private static final class Counts {
    private final Map<Figure, LongAdder> since = new EnumMap<>(Figure.class);
    // of the flusher alone
    private Map<Figure, Long> flushed = Map.of();

    Counts() {
      for (var figure : Figure.values()) {
        since.put(figure, new LongAdder());
      }
    }

    void add(Figure figure, long more) {
      Objects.requireNonNull(since.get(figure)).add(more);
    }

    Map<Figure, Long> sums() {
      var sums = new EnumMap<Figure, Long>(Figure.class);
      since.forEach((figure, adder) -> sums.put(figure, adder.sum()));
      return sums;
    }
  }

  /** Figures that are all zero. */
  public Figures(Optional<Valkey> state) {
    this.state = state;
    this.everybody = subjects.computeIfAbsent(EVERYBODY, absent -> new Subject());
    subjects.put(NODES, new Subject());
    subjects.put(MODELS, models);
    if (state.isPresent()) {
      var unused = flusher.scheduleWithFixedDelay(this::flush, 1, 1, TimeUnit.SECONDS);
    }
  }

  /**
   * Adds to a figure.
   *
   * @param user tenant and id, as {@link #user}, or {@link #NODES}
   */
  public void add(String type, String user, Figure figure, long more) {
    everybody.of(type).add(figure, more);
    subject(user).of(type).add(figure, more);
  }

  /**
   * Adds to a figure of a model.
   *
   * @param model one that has answered: others are names that anybody can make up
   */
  public void addOfModel(String model, Figure figure, long more) {
    boolean counted = models.types.containsKey(model) || models.types.size() < MODELS_MAX;
    models.of(counted ? model : OTHER_MODELS).add(figure, more);
  }

  private Subject subject(String user) {
    var known = subjects.get(user);
    if (known != null) {
      return known;
    }
    return subjects.computeIfAbsent(
        subjects.size() < USERS_MAX ? user : THE_REST, absent -> new Subject());
  }

  /** How long requests that the cache answered took on this node, until the answer was at hand. */
  public Histogram hitTimes() {
    return hitTimes;
  }

  /**
   * How long providers took on this node until they had sent all, the waiting for them included.
   */
  public Histogram missTimes() {
    return missTimes;
  }

  /** How a user is named here. */
  public static String user(String tenant, String id) {
    return "user:" + tenant + "/" + id;
  }

  /** A user's figures, or everybody's, by type, on this node since it started. */
  public Map<String, Map<Figure, Long>> here(String user) {
    var all = new TreeMap<String, Map<Figure, Long>>();
    var subject = subjects.get(user);
    if (subject != null) {
      subject.types.forEach((type, counts) -> all.put(type, counts.sums()));
    }
    return all;
  }

  /**
   * A user's figures, or everybody's, by type, of all nodes; what happened in the last second or
   * two may be missing. Without a store, those of this node.
   *
   * @throws ValkeyUnavailable if the store gives no answer
   */
  public Map<String, Map<Figure, Long>> everywhere(String user) {
    return state.map(store -> parse(store.fields(PREFIX + user))).orElseGet(() -> here(user));
  }

  /**
   * The same of several users, in one go.
   *
   * @return for each of them its figures, by type
   * @throws ValkeyUnavailable if the store gives no answer
   */
  public Map<String, Map<String, Map<Figure, Long>>> everywhere(Set<String> users) {
    var all = new HashMap<String, Map<String, Map<Figure, Long>>>();
    if (state.isEmpty()) {
      users.forEach(user -> all.put(user, here(user)));
      return all;
    }
    var hashes = state.get().fields(users.stream().map(PREFIX::concat).toList());
    hashes.forEach((key, fields) -> all.put(key.substring(PREFIX.length()), parse(fields)));
    return all;
  }

  private static Map<String, Map<Figure, Long>> parse(Map<String, String> fields) {
    var all = new TreeMap<String, Map<Figure, Long>>();
    fields.forEach(
        (field, value) -> {
          int colon = field.lastIndexOf(':');
          for (var figure : Figure.values()) {
            if (colon > 0 && figure.text().equals(field.substring(colon + 1))) {
              all.computeIfAbsent(field.substring(0, colon), absent -> new EnumMap<>(Figure.class))
                  .put(figure, Long.parseLong(value));
            }
          }
        });
    return all;
  }

  private void flush() {
    try {
      for (var subject : new ArrayList<>(subjects.entrySet())) {
        flush(subject.getKey(), subject.getValue());
      }
    } catch (RuntimeException down) {
      // whatever it is: a task that ends is never run again
      LOG.log(Level.DEBUG, "figures wait: {0}", down.getMessage());
    }
  }

  private void flush(String name, Subject subject) {
    var fields = new HashMap<String, Long>();
    var reached = new HashMap<Counts, Map<Figure, Long>>();
    subject.types.forEach(
        (type, counts) -> {
          var now = counts.sums();
          now.forEach(
              (figure, sum) -> {
                long more = sum - counts.flushed.getOrDefault(figure, 0L);
                if (more != 0) {
                  fields.put(type + ":" + figure.text(), more);
                }
              });
          reached.put(counts, now);
        });
    if (!fields.isEmpty()) {
      state.orElseThrow().add(PREFIX + name, fields, LIFE);
      reached.forEach((counts, now) -> counts.flushed = now);
    }
  }

  /** Writes what is left, and counts for other nodes no more. */
  @Override
  public void close() {
    flusher.shutdown();
    try {
      if (flusher.awaitTermination(1, TimeUnit.SECONDS) && state.isPresent()) {
        flush();
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }
}

package io.larder.admin;

import io.larder.cache.Figure;
import io.larder.cache.Figures;
import io.larder.valkey.Valkey;
import io.larder.valkey.ValkeyStores;
import io.larder.valkey.ValkeyUnavailable;
import jakarta.json.bind.Jsonb;
import jakarta.json.bind.JsonbBuilder;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Looks at the figures of several subjects at once, and says what it sees. One thread's, but for
 * the history.
 */
final class Live {
  static final String ALL_NODES = "all nodes";
  static final String THIS_NODE = "this node";

  /** Subjects of which is known what happened lately; those that nobody watches go first. */
  private static final int RECENT_MAX = 500;

  private static final Jsonb JSON = JsonbBuilder.create();

  private final Figures figures;
  private final ValkeyStores stores;
  private final History history;
  private final InstantSource clock;
  private final LongSupplier nanoTime;
  // by subject and source, the one not looked at for longest first
  private final Map<String, Recent> recent = new LinkedHashMap<>(16, 0.75f, true);

  Live(Figures figures, ValkeyStores stores, InstantSource clock, LongSupplier nanoTime) {
    this.figures = figures;
    this.stores = stores;
    this.history = new History(figures.hitTimes(), figures.missTimes());
    this.clock = clock;
    this.nanoTime = nanoTime;
  }

  History history() {
    return history;
  }

  /**
   * The figures of subjects now, each as JSON.
   *
   * @param subjects everybody, or users, as {@link Figures} names them
   */
  Map<String, String> look(Set<String> subjects) {
    var all = everywhere(subjects);
    // the other store, in which nobody may have looked for long
    stores.cache().ifPresent(Live::touch);
    long nanos = nanoTime.getAsLong();
    if (subjects.contains(Figures.EVERYBODY)) {
      history.look(
          nanos,
          clock.instant(),
          all.map(found -> Sums.of(found.getOrDefault(Figures.EVERYBODY, Map.of()))),
          Sums.of(figures.here(Figures.EVERYBODY)));
    }
    var said = new HashMap<String, String>();
    for (var subject : subjects) {
      var from = all.isPresent() ? ALL_NODES : THIS_NODE;
      var types =
          all.map(found -> found.getOrDefault(subject, Map.of()))
              .orElseGet(() -> figures.here(subject));
      said.put(subject, say(subject, from, Sums.of(types), nanos));
    }
    forget(subjects.size());
    return said;
  }

  /** Empty = the store gives no answer. */
  private Optional<Map<String, Map<String, Map<Figure, Long>>>> everywhere(Set<String> subjects) {
    try {
      return Optional.of(figures.everywhere(subjects));
    } catch (ValkeyUnavailable down) {
      return Optional.empty();
    }
  }

  private static void touch(Valkey store) {
    try {
      store.touch();
    } catch (ValkeyUnavailable down) {
      // its breaker tells, which is what this is for
      return;
    }
  }

  private String say(String subject, String from, Sums sums, long nanos) {
    boolean everybody = subject.equals(Figures.EVERYBODY);
    var lately = recent.computeIfAbsent(from + ' ' + subject, absent -> new Recent());
    lately.look(nanos, sums);
    var report = new LinkedHashMap<String, Object>();
    report.put("of", everybody ? "everybody" : "you");
    report.put("from", from);
    report.put("recent", lately.report());
    report.put("perSecond", lately.perSecond());
    report.put("total", sums.named());
    if (everybody) {
      report.put("times", history.recentTimes());
    }
    report.put("stores", Map.of("cache", store(stores.cache()), "state", store(stores.state())));
    return JSON.toJson(report);
  }

  private void forget(int watched) {
    // of a subject that is watched, both sources may be known
    int max = Math.max(RECENT_MAX, 2 * watched);
    var oldest = recent.entrySet().iterator();
    for (int excess = recent.size() - max; excess > 0; excess--) {
      oldest.next();
      oldest.remove();
    }
  }

  private static Map<String, String> store(Optional<Valkey> store) {
    return store
        .map(one -> Map.of("state", one.condition(), "breaker", one.breaker()))
        .orElse(Map.of("state", "MEMORY"));
  }
}

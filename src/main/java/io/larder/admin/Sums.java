package io.larder.admin;

import io.larder.cache.Figure;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** Figures of all types together: up to a moment, or within a span. */
final class Sums {
  private final Map<Figure, Long> byFigure;

  private Sums(Map<Figure, Long> byFigure) {
    this.byFigure = byFigure;
  }

  /** What figures come to; those of looking at figures are left out. */
  static Sums of(Map<String, Map<Figure, Long>> types) {
    var sums = new EnumMap<Figure, Long>(Figure.class);
    types.forEach(
        (type, counts) -> {
          if (!type.equals(Totals.OWN)) {
            counts.forEach((figure, count) -> sums.merge(figure, count, Long::sum));
          }
        });
    return new Sums(sums);
  }

  /** What was added since; nothing if whoever empties the store has set a figure back. */
  Sums since(Sums before) {
    var added = new EnumMap<Figure, Long>(Figure.class);
    byFigure.forEach((figure, sum) -> added.put(figure, Math.max(0, sum - before.of(figure))));
    return new Sums(added);
  }

  long of(Figure figure) {
    return byFigure.getOrDefault(figure, 0L);
  }

  /** All requests. */
  long requests() {
    return asked() + of(Figure.BYPASSED);
  }

  /** Requests that did not leave the cache out. */
  long asked() {
    return answered() + of(Figure.MISSES) + of(Figure.COLLAPSED);
  }

  /** Requests that the cache has answered. */
  long answered() {
    return of(Figure.HITS) + of(Figure.STALE);
  }

  /** By name, {@code requests} first. */
  Map<String, Object> named() {
    var named = new LinkedHashMap<String, Object>();
    named.put("requests", requests());
    for (var figure : Figure.values()) {
      named.put(figure.text(), of(figure));
    }
    return named;
  }
}

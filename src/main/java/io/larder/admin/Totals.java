package io.larder.admin;

import io.larder.cache.Figure;
import io.larder.cache.Figures;
import io.larder.cached.CacheKey;
import io.larder.cached.Cached;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** Figures of all nodes, asked of the store once a second however many look at them. */
@ApplicationScoped
public class Totals {
  /** Looks at the figures are cached, but are none of what the figures are about. */
  static final String OWN = "figures";

  @Inject Figures figures;

  /**
   * A subject's figures by type and by name.
   *
   * @param subject everybody, or a user, as {@link Figures} names them
   * @throws io.larder.valkey.ValkeyUnavailable if the store gives no answer
   */
  @Cached(type = OWN, ttl = "PT1S")
  public Map<String, Map<String, Long>> everywhere(@CacheKey String subject) {
    return named(figures.everywhere(subject));
  }

  /** The same by name. */
  static Map<String, Map<String, Long>> named(Map<String, Map<Figure, Long>> types) {
    var byType = new TreeMap<String, Map<String, Long>>();
    types.forEach(
        (type, counts) -> {
          var named = new LinkedHashMap<String, Long>();
          for (var figure : Figure.values()) {
            named.put(figure.text(), counts.getOrDefault(figure, 0L));
          }
          byType.put(type, named);
        });
    byType.remove(OWN);
    return byType;
  }
}

package io.larder.cached;

import io.larder.cache.Figure;
import io.larder.cache.Figures;
import io.larder.cache.Kept;
import io.larder.cache.Lookup;
import io.larder.telemetry.Telemetry;

/** Counts what the cache did for one call: for the server's metrics, and for who called. */
final class Tally {
  private final Telemetry telemetry;
  private final Figures figures;
  private final String type;
  private final String user;

  /**
   * Nothing counted yet.
   *
   * @param user as {@link Figures} names it
   */
  Tally(Telemetry telemetry, Figures figures, String type, String user) {
    this.telemetry = telemetry;
    this.figures = figures;
    this.type = type;
    this.user = user;
  }

  void hit(Lookup lookup) {
    count("hit", Figure.HITS);
    if (lookup instanceof Lookup.Found(Kept kept)) {
      figures.add(type, user, Figure.BYTES, kept.value().length);
    }
  }

  void miss() {
    count("miss", Figure.MISSES);
  }

  void collapsed() {
    count("collapsed", Figure.COLLAPSED);
  }

  void bypass() {
    count("bypass", Figure.BYPASSED);
  }

  private void count(String result, Figure figure) {
    telemetry.cacheRequest(type, result);
    figures.add(type, user, figure, 1);
  }

  void stored() {
    figures.add(type, user, Figure.STORED, 1);
  }

  void failed() {
    figures.add(type, user, Figure.ERRORS, 1);
  }
}

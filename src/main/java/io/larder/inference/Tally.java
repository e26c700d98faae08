package io.larder.inference;

import io.larder.cache.Figure;
import io.larder.cache.Figures;
import io.larder.telemetry.Telemetry;

/** Counts what the cache did for one request: for the server's metrics, and for who asked. */
final class Tally {
  private final Telemetry telemetry;
  private final Figures figures;
  private final String type;
  private final String user;

  Tally(Telemetry telemetry, Figures figures, String type, String user) {
    this.telemetry = telemetry;
    this.figures = figures;
    this.type = type;
    this.user = user;
  }

  void hit(Entry entry) {
    answered("hit", Figure.HITS, entry);
  }

  void stale(Entry entry) {
    answered("stale", Figure.STALE, entry);
  }

  private void answered(String result, Figure figure, Entry entry) {
    telemetry.cacheRequest(type, result);
    telemetry.tokensSaved(entry.usage().total());
    figures.add(type, user, figure, 1);
    figures.add(type, user, Figure.BYTES, entry.body().length);
    figures.add(type, user, Figure.TOKENS_SAVED, entry.usage().total());
    figures.add(type, user, Figure.MILLIS_SAVED, entry.providerTime().toMillis());
  }

  void miss() {
    telemetry.cacheRequest(type, "miss");
    figures.add(type, user, Figure.MISSES, 1);
  }

  void bypass() {
    telemetry.cacheRequest(type, "bypass");
    figures.add(type, user, Figure.BYPASSED, 1);
  }

  void stored() {
    figures.add(type, user, Figure.STORED, 1);
  }

  void failed() {
    figures.add(type, user, Figure.ERRORS, 1);
  }
}

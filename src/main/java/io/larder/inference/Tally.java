package io.larder.inference;

import io.larder.cache.Figure;
import io.larder.cache.Figures;
import io.larder.telemetry.Telemetry;
import java.time.Duration;
import java.util.List;

/** Counts what the cache did for one request: for the server's metrics, and for who asked. */
final class Tally {
  private final Telemetry telemetry;
  private final Figures figures;
  private final String type;
  private final String user;
  private final String model;
  private final long startNanos = System.nanoTime();

  Tally(Telemetry telemetry, Figures figures, String type, String user, String model) {
    this.telemetry = telemetry;
    this.figures = figures;
    this.type = type;
    this.user = user;
    this.model = model;
  }

  void hit(Entry entry) {
    hitTook();
    answered("hit", Figure.HITS, entry);
  }

  void stale(Entry entry) {
    answered("stale", Figure.STALE, entry);
  }

  /** A hit made of several entries. */
  void hits(List<Entry> entries) {
    hitTook();
    telemetry.cacheRequest(type, "hit");
    add(Figure.HITS, 1);
    add(
        Figure.MILLIS_SAVED,
        entries.stream()
            .mapToLong(entry -> entry.about().providerTime().toMillis())
            .max()
            .orElse(0));
    saved(entries);
  }

  /** Entries that spared a provider some of its work. */
  void saved(List<Entry> entries) {
    long tokens = entries.stream().mapToLong(entry -> entry.about().usage().total()).sum();
    telemetry.tokensSaved(tokens);
    add(Figure.TOKENS_SAVED, tokens);
    add(Figure.BYTES, entries.stream().mapToLong(Entry::length).sum());
  }

  private void hitTook() {
    figures.hitTimes().add(System.nanoTime() - startNanos);
  }

  /** Counts what only comes of answers, so that the model is none that somebody has made up. */
  private void add(Figure figure, long more) {
    figures.add(type, user, figure, more);
    figures.addOfModel(model, figure, more);
  }

  /** A provider has sent all, and so long it took. */
  void missTook(Duration time) {
    figures.missTimes().add(time.toNanos());
  }

  private void answered(String result, Figure figure, Entry entry) {
    telemetry.cacheRequest(type, result);
    telemetry.tokensSaved(entry.about().usage().total());
    add(figure, 1);
    add(Figure.BYTES, entry.length());
    add(Figure.TOKENS_SAVED, entry.about().usage().total());
    add(Figure.MILLIS_SAVED, entry.about().providerTime().toMillis());
  }

  void miss() {
    telemetry.cacheRequest(type, "miss");
    figures.add(type, user, Figure.MISSES, 1);
  }

  void collapsed() {
    telemetry.cacheRequest(type, "collapsed");
    figures.add(type, user, Figure.COLLAPSED, 1);
  }

  void bypass() {
    telemetry.cacheRequest(type, "bypass");
    figures.add(type, user, Figure.BYPASSED, 1);
  }

  void stored() {
    add(Figure.STORED, 1);
  }

  void failed() {
    figures.add(type, user, Figure.ERRORS, 1);
  }
}

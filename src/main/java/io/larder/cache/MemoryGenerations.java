package io.larder.cache;

import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Generations of a node that shares nothing. */
final class MemoryGenerations implements GenerationStore {
  private static final int LABELS_MAX = 100_000;

  private final com.github.benmanes.caffeine.cache.Cache<Label, Long> generations =
      Caffeine.newBuilder().maximumSize(LABELS_MAX).executor(Runnable::run).build();
  private final AtomicLong last = new AtomicLong();
  private final InstantSource clock;

  MemoryGenerations(InstantSource clock) {
    this.clock = clock;
  }

  @Override
  public List<Long> current(List<Label> labels) {
    return labels.stream().map(label -> generations.get(label, absent -> next(0))).toList();
  }

  @Override
  public long renew(Label label, long least) {
    long next = next(least);
    generations.put(label, next);
    return next;
  }

  /** Nobody is there to be told. */
  @Override
  public void announce(String message) {}

  private long next(long least) {
    long now = ChronoUnit.MICROS.between(Instant.EPOCH, clock.instant());
    return last.updateAndGet(before -> Math.max(Math.max(now, least), before + 1));
  }
}

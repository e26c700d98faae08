package io.larder.jcache;

import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import javax.cache.management.CacheStatisticsMXBean;

/** Counts what a cache does, while it is asked to; as JSR-107 has it. */
public final class Tally implements CacheStatisticsMXBean {
  private static final float PER_CENT = 100f;
  private static final float MICROS = 1_000f;

  private final LongAdder hits = new LongAdder();
  private final LongAdder misses = new LongAdder();
  private final LongAdder puts = new LongAdder();
  private final LongAdder removals = new LongAdder();
  private final LongAdder getNanos = new LongAdder();
  private final LongAdder putNanos = new LongAdder();
  private final LongAdder removeNanos = new LongAdder();
  private volatile boolean counting;

  Tally() {}

  void count(boolean enabled) {
    counting = enabled;
  }

  /** One lookup that began then. */
  void looked(boolean found, long began) {
    if (counting) {
      (found ? hits : misses).increment();
      getNanos.add(System.nanoTime() - began);
    }
  }

  void put(long began) {
    if (counting) {
      puts.increment();
      putNanos.add(System.nanoTime() - began);
    }
  }

  void removed(long began) {
    if (counting) {
      removals.increment();
      removeNanos.add(System.nanoTime() - began);
    }
  }

  @Override
  public void clear() {
    List.of(hits, misses, puts, removals, getNanos, putNanos, removeNanos)
        .forEach(LongAdder::reset);
  }

  @Override
  public long getCacheHits() {
    return hits.sum();
  }

  @Override
  public float getCacheHitPercentage() {
    return share(hits.sum());
  }

  @Override
  public long getCacheMisses() {
    return misses.sum();
  }

  @Override
  public float getCacheMissPercentage() {
    return share(misses.sum());
  }

  private float share(long part) {
    long gets = getCacheGets();
    return gets == 0 ? 0 : PER_CENT * part / gets;
  }

  @Override
  public long getCacheGets() {
    return hits.sum() + misses.sum();
  }

  @Override
  public long getCachePuts() {
    return puts.sum();
  }

  @Override
  public long getCacheRemovals() {
    return removals.sum();
  }

  /** Valkey evicts nothing here; what expires is not counted. */
  @Override
  public long getCacheEvictions() {
    return 0;
  }

  @Override
  public float getAverageGetTime() {
    return average(getNanos.sum(), getCacheGets());
  }

  @Override
  public float getAveragePutTime() {
    return average(putNanos.sum(), getCachePuts());
  }

  @Override
  public float getAverageRemoveTime() {
    return average(removeNanos.sum(), getCacheRemovals());
  }

  private static float average(long nanos, long count) {
    return count == 0 ? 0 : nanos / MICROS / count;
  }
}

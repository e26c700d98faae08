package io.larder.ratelimit;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;

/** The model, with a clock that stands still between steps. */
final class MemoryCountersTest extends CountersContract {
  private final AtomicLong millis = new AtomicLong(1_800_000_000_123L);
  private final InstantSource clock = () -> Instant.ofEpochMilli(millis.get());
  private final Counters counters = new MemoryCounters(clock);

  @Override
  Counters counters() {
    return counters;
  }

  @Override
  void pass(Duration time) {
    millis.addAndGet(time.toMillis());
  }
}

package io.larder.jcache;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** Entries in memory: the contract. */
final class MemoryEntriesTest extends EntriesContract {
  private final AtomicLong clock = new AtomicLong(1_000);
  private final Entries entries = new MemoryEntries(clock::get);

  @Override
  Entries entries() {
    return entries;
  }

  @Override
  void pass(Duration time) {
    clock.addAndGet(time.toMillis());
  }
}

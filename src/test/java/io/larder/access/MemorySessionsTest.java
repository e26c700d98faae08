package io.larder.access;

import java.time.Instant;

final class MemorySessionsTest extends SessionStoreContract {
  private final SessionStore store =
      new MemorySessions(() -> Instant.parse("2026-05-01T12:00:00Z"));

  @Override
  SessionStore store() {
    return store;
  }
}

package io.larder.conversation;

import java.time.Duration;
import java.time.Instant;

/** The contract, in memory. */
final class MemoryConversationsTest extends ConversationStoreContract {
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private final ConversationStore store = new MemoryConversations(() -> now);

  @Override
  ConversationStore store() {
    return store;
  }

  @Override
  void pass(Duration time) {
    now = now.plus(time);
  }
}

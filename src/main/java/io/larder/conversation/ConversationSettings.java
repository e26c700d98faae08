package io.larder.conversation;

import io.larder.setting.Checked;
import io.larder.setting.Settings;
import java.time.Duration;

/**
 * Settings under {@code larder.conversation}; defaults and reasons stand in
 * microprofile-config.properties.
 *
 * @param ttl how long a conversation is kept that nobody reads or changes
 * @param countMax conversations of one user
 * @param turnsMax turns of one conversation, on all branches
 * @param turnBytesMax largest turn, in bytes of UTF-8
 * @param bytesMax what a conversation may hold before one more turn, in bytes as they are stored
 * @param windowBytesMax how much of a history a provider is sent, in bytes of UTF-8
 */
record ConversationSettings(
    Duration ttl, int countMax, int turnsMax, int turnBytesMax, int bytesMax, int windowBytesMax)
    implements Checked {
  private static final int KIB = 1024;
  private static final int MIB = 1024 * KIB;

  static ConversationSettings from(Settings settings) {
    return new ConversationSettings(
        settings.duration("larder.conversation.ttl", Duration.ofSeconds(1), Duration.ofDays(3653)),
        settings.integer("larder.conversation.count-max", 1, 100_000),
        settings.integer("larder.conversation.turns-max", 2, 10_000),
        settings.integer("larder.conversation.turn-bytes-max", KIB, 16 * MIB),
        settings.integer("larder.conversation.bytes-max", KIB, 64 * MIB),
        settings.integer("larder.conversation.window-bytes-max", KIB, 64 * MIB));
  }
}

package io.larder.conversation;

import io.larder.valkey.ValkeyUnavailable;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What scripts are given and reply: words, numbers, times and lists of these. */
final class Replies {
  private Replies() {}

  static List<?> list(@Nullable Object reply) {
    if (reply instanceof List<?> list) {
      return list;
    }
    throw ValkeyUnavailable.garbage("a script replied no list");
  }

  static byte[] raw(@Nullable Object reply) {
    if (reply instanceof byte[] bytes) {
      return bytes;
    }
    throw Refusals.unreadable();
  }

  static String text(@Nullable Object reply) {
    return new String(raw(reply), StandardCharsets.UTF_8);
  }

  static Instant instant(byte[] millis) {
    return Instant.ofEpochMilli(number(millis));
  }

  static long number(byte[] digits) {
    try {
      return Long.parseLong(new String(digits, StandardCharsets.US_ASCII));
    } catch (NumberFormatException damaged) {
      throw Refusals.unreadable();
    }
  }

  static byte[] bytes(long number) {
    return bytes(String.valueOf(number));
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}

package io.larder.cache;

import io.larder.valkey.Script;
import io.larder.valkey.Valkey;
import io.larder.valkey.ValkeyUnavailable;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Generations that all nodes share.
 *
 * <p>Storage:
 *
 * <pre>
 * EVALSHA generations n larder:1:{gen}:&lt;label&gt; …        GET each, SET … PX where there is none
 * EVALSHA renew-generation 1 larder:1:{gen}:&lt;label&gt; …   SET … PX, PUBLISH larder:1:changes
 * EVALSHA announce 1 larder:1:{gen} …                    PUBLISH larder:1:changes
 * </pre>
 *
 * A key holds the generation in decimal and expires {@link #LIFE} after it was last asked for,
 * which is later than any value that goes by it. All are in one slot, so that a value's labels are
 * one round trip, and so that one server has all the news.
 */
final class ValkeyGenerations implements GenerationStore {
  static final String CHANNEL = "larder:1:changes";
  static final String ROUTE = "larder:1:{gen}";

  /** A value lives 366 days at most, and as long again when stale. */
  static final Duration LIFE = Duration.ofDays(800);

  private static final Script CURRENT = Script.of(ValkeyGenerations.class, "generations.lua");
  private static final Script RENEW = Script.of(ValkeyGenerations.class, "renew-generation.lua");
  private static final Script ANNOUNCE = Script.of(ValkeyGenerations.class, "announce.lua");

  private final Valkey valkey;

  ValkeyGenerations(Valkey valkey) {
    this.valkey = valkey;
  }

  @Override
  public List<Long> current(List<Label> labels) {
    var keys = labels.stream().map(ValkeyGenerations::name).toList();
    var generations = new ArrayList<Long>(labels.size());
    var args = new ArrayList<>(List.of(bytes(LIFE.toMillis()), bytes(CHANNEL)));
    labels.forEach(label -> args.add(bytes(label)));
    if (valkey.run(CURRENT, keys, args) instanceof List<?> reply) {
      reply.forEach(one -> generations.add(number(one)));
    }
    if (generations.size() != labels.size()) {
      throw ValkeyUnavailable.garbage("not as many generations as labels");
    }
    return generations;
  }

  @Override
  public long renew(Label label, long least) {
    var args =
        List.of(bytes(LIFE.toMillis()), bytes(least), bytes(CHANNEL), bytes(label.toString()));
    return number(valkey.run(RENEW, List.of(name(label)), args));
  }

  @Override
  public void announce(String message) {
    var unused = valkey.run(ANNOUNCE, List.of(ROUTE), List.of(bytes(CHANNEL), bytes(message)));
  }

  static String name(Label label) {
    return ROUTE + ":" + label;
  }

  private static long number(@Nullable Object reply) {
    if (reply instanceof byte[] digits) {
      try {
        return Long.parseLong(new String(digits, StandardCharsets.US_ASCII));
      } catch (NumberFormatException none) {
        throw ValkeyUnavailable.garbage("a generation that is no number");
      }
    }
    throw ValkeyUnavailable.garbage("a script replied something else");
  }

  private static byte[] bytes(Object text) {
    return String.valueOf(text).getBytes(StandardCharsets.UTF_8);
  }
}

package io.larder.live;

import io.larder.valkey.Valkey;
import io.larder.valkey.ValkeyUnavailable;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/**
 * A secret that all nodes share, made by the first that needs it. While the store is out of reach a
 * node goes on with the one that it has. A store that was emptied may get another secret from a
 * node that has never seen the old one: so nodes look again every two seconds, and remember what
 * was signed with before.
 *
 * <p>Storage: {@code larder:1:secret} in the state store, 32 bytes: {@code GET}, and {@code SET …
 * PX NX} when it is not there.
 */
final class SharedSecret {
  private static final String KEY = "larder:1:secret";
  private static final int BYTES = 32;

  /** It is made once and stays. */
  private static final Duration LIFE = Duration.ofDays(3650);

  private static final Duration BELIEVED = Duration.ofSeconds(2);

  /**
   * Who is shown something that was signed with none of these looks at once, but not more often.
   */
  private static final Duration DOUBTED = Duration.ofMillis(100);

  /** More than two say that the store loses it again and again. */
  private static final int SECRETS_MAX = 4;

  private final Optional<Valkey> state;
  private final LongSupplier nanoTime;
  private volatile Known known;

  /**
   * What this node knows.
   *
   * @param secrets the one to sign with, then those of before; one at least
   * @param since when the store was asked
   */
  private record Known(List<byte[]> secrets, long since) {}

  /**
   * A secret.
   *
   * @param state empty = this node shares with nobody
   * @param nanoTime a monotonic clock
   */
  SharedSecret(Optional<Valkey> state, LongSupplier nanoTime) {
    this.state = state;
    this.nanoTime = nanoTime;
    var own = new byte[BYTES];
    new SecureRandom().nextBytes(own);
    this.known = new Known(List.of(own), nanoTime.getAsLong() - BELIEVED.toNanos());
  }

  /** The one to sign with. */
  byte[] current() {
    return knownSince(BELIEVED).getFirst();
  }

  /** All that may have been signed with, the newest first. */
  List<byte[]> all() {
    return knownSince(BELIEVED);
  }

  /** The same, looked up again because something was signed with none of them. */
  List<byte[]> allNow() {
    return knownSince(DOUBTED);
  }

  private List<byte[]> knownSince(Duration age) {
    var now = known;
    if (nanoTime.getAsLong() - now.since() >= age.toNanos()) {
      now = new Known(with(stored(now.secrets().getFirst()), now.secrets()), nanoTime.getAsLong());
      known = now;
    }
    return now.secrets();
  }

  /** The store's; it gets this node's if it has none. */
  private byte[] stored(byte[] mine) {
    if (state.isEmpty()) {
      return mine;
    }
    try {
      var shared = state.get().get(KEY);
      if (shared.isEmpty() && state.get().setIfAbsent(KEY, mine, LIFE)) {
        return mine;
      }
      return shared
          .or(() -> state.get().get(KEY))
          .filter(secret -> secret.length == BYTES)
          .orElse(mine);
    } catch (ValkeyUnavailable down) {
      return mine;
    }
  }

  private static List<byte[]> with(byte[] current, List<byte[]> before) {
    var others = before.stream().filter(secret -> !Arrays.equals(secret, current));
    return Stream.concat(Stream.of(current), others).limit(SECRETS_MAX).toList();
  }
}

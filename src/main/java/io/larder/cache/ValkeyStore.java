package io.larder.cache;

import io.larder.telemetry.Telemetry;
import io.larder.valkey.Script;
import io.larder.valkey.Valkey;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Values in Valkey, shared by all nodes.
 *
 * <p>Storage:
 *
 * <pre>
 * GET     larder:1:answer:{name}
 * SET     larder:1:answer:{name} value PX life NX          in place of nothing
 * EVALSHA replace 1 larder:1:answer:{name} version …       in place of something
 *   GETRANGE, then SET … PX if it is still the same
 * SET     larder:1:lead:{name} 1 PX time NX                the right to refresh
 * SCAN, GETRANGE, STRLEN                                   to list
 * SCAN, EVALSHA bury n larder:1:answer:{name} …            to remove by pattern
 *   GETRANGE, then SET … PX if it is a value, each
 * </pre>
 *
 * A value is an {@link Envelope}. Every key expires after the value's time to live and stale times,
 * a tombstone after {@link Store#TOMBSTONE}.
 */
final class ValkeyStore implements Store {
  private static final String PREFIX = "larder:1:answer:{";
  private static final Script REPLACE = Script.of(ValkeyStore.class, "replace.lua");
  private static final Script BURY = Script.of(ValkeyStore.class, "bury.lua");
  private static final byte[] CLAIMED = {'1'};

  private final Valkey valkey;
  private final Envelope envelope;
  private final InstantSource clock;
  private final Telemetry telemetry;

  ValkeyStore(Valkey valkey, Envelope envelope, InstantSource clock, Telemetry telemetry) {
    this.valkey = valkey;
    this.envelope = envelope;
    this.clock = clock;
    this.telemetry = telemetry;
  }

  @Override
  public At find(Key key) {
    var wrapped = valkey.get(name(key));
    if (wrapped.isEmpty()) {
      return new At.Nothing(0);
    }
    var kept = envelope.unwrap(key, wrapped.get());
    if (kept.isEmpty()) {
      telemetry.cacheUnreadable();
      return new At.Nothing(Envelope.version(wrapped.get()));
    }
    return new At.There(kept.get());
  }

  @Override
  public boolean keep(Key key, Kept kept, long version) {
    var life = kept.heldFor(clock.instant());
    if (!life.isPositive()) {
      return false;
    }
    var value = envelope.wrap(key, kept);
    if (version == ANY) {
      valkey.set(name(key), value, life);
      return true;
    }
    return version == 0
        ? valkey.setIfAbsent(name(key), value, life)
        : replace(key, value, life, version);
  }

  private boolean replace(Key key, byte[] value, Duration life, long version) {
    var args =
        List.of(
            ByteBuffer.allocate(Long.BYTES).putLong(version).array(),
            value,
            String.valueOf(life.toMillis()).getBytes(StandardCharsets.US_ASCII));
    return Long.valueOf(1).equals(valkey.run(REPLACE, List.of(name(key)), args));
  }

  @Override
  public void remove(Key key) {
    valkey.set(name(key), tombstone(), TOMBSTONE);
  }

  /** The same for every key. */
  private byte[] tombstone() {
    long version = ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE);
    return Envelope.tombstone(Kept.tombstone(clock.instant(), TOMBSTONE, version));
  }

  @Override
  public boolean claim(Key key, Duration time) {
    return valkey.setIfAbsent("larder:1:claim:{" + key.name() + "}", CLAIMED, time);
  }

  @Override
  public Some some(String cursor, int count) {
    var page = valkey.scan(PREFIX + "*", cursor, count);
    var values = new LinkedHashMap<String, Kept>();
    var sizes = new LinkedHashMap<String, Long>();
    valkey
        .beginnings(page.keys(), Envelope.HEADER_BYTES_MAX)
        .forEach(
            (key, begin) ->
                Envelope.peek(begin.bytes())
                    .filter(kept -> !kept.isTombstone())
                    .ifPresent(
                        kept -> {
                          var name = key.substring(PREFIX.length(), key.length() - 1);
                          values.put(name, kept);
                          sizes.put(name, begin.length());
                        }));
    return new Some(values, sizes, page.next());
  }

  @Override
  public Removed removeSome(String glob, String cursor, int count) {
    var page = valkey.scan(PREFIX + glob + "}", cursor, count);
    if (page.keys().isEmpty()) {
      return new Removed(0, page.next());
    }
    var life = String.valueOf(TOMBSTONE.toMillis()).getBytes(StandardCharsets.US_ASCII);
    var args = List.of(tombstone(), life, new byte[] {Envelope.FORMAT});
    return new Removed((int) valkey.sum(BURY, page.keys(), args), page.next());
  }

  static String name(Key key) {
    return PREFIX + key.name() + "}";
  }
}

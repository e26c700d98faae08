package io.larder.cache;

import io.larder.telemetry.Telemetry;
import io.larder.valkey.Valkey;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/**
 * Values in Valkey, shared by all nodes.
 *
 * <p>Storage:
 *
 * <pre>
 * GET    larder:1:answer:{name}
 * SET    larder:1:answer:{name} value PX ttl
 * UNLINK larder:1:answer:{name}
 *
 * value = format (1 byte, {@value #FORMAT}) ‖ stored at (8, ms since 1970) ‖ time to live (8, ms) ‖ bytes
 * </pre>
 *
 * Every key expires after the value's time to live. A value in another format is not found.
 */
final class ValkeyStore implements Store {
  private static final byte FORMAT = 1;
  private static final int HEADER_BYTES = 1 + Long.BYTES + Long.BYTES;

  private final Valkey valkey;
  private final InstantSource clock;
  private final Telemetry telemetry;

  ValkeyStore(Valkey valkey, InstantSource clock, Telemetry telemetry) {
    this.valkey = valkey;
    this.clock = clock;
    this.telemetry = telemetry;
  }

  @Override
  public Optional<Kept> find(CacheKey key) {
    return valkey.get(name(key)).flatMap(this::decode);
  }

  @Override
  public void keep(CacheKey key, Kept kept) {
    valkey.set(name(key), encode(kept), kept.ttl());
  }

  @Override
  public void remove(CacheKey key) {
    valkey.remove(name(key));
  }

  static String name(CacheKey key) {
    return "larder:1:answer:{" + key.name() + "}";
  }

  private static byte[] encode(Kept kept) {
    return ByteBuffer.allocate(HEADER_BYTES + kept.value().length)
        .put(FORMAT)
        .putLong(kept.storedAt().toEpochMilli())
        .putLong(kept.ttl().toMillis())
        .put(kept.value())
        .array();
  }

  private Optional<Kept> decode(byte[] stored) {
    var in = ByteBuffer.wrap(stored);
    if (stored.length < HEADER_BYTES || in.get() != FORMAT) {
      telemetry.cacheUnreadable();
      return Optional.empty();
    }
    var storedAt = Instant.ofEpochMilli(in.getLong());
    var ttl = Duration.ofMillis(in.getLong());
    var value = new byte[in.remaining()];
    in.get(value);
    return Optional.of(new Kept(value, storedAt, ttl, clock.instant()));
  }
}

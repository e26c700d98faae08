package io.larder.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What copies near at hand really take of the heap, against the bound that is set. */
final class NearBytesTest {
  private static final Logger LOG = System.getLogger(NearBytesTest.class.getName());
  private static final long BYTES_MAX = 64L * 1024 * 1024;

  /** Small ones show the overhead, large ones the values. */
  @ParameterizedTest
  @ValueSource(ints = {200, 3_000, 100_000})
  void put_moreThanFits_holdsTheBoundWithinATenthOnTheHeap(int valueBytes) {
    var random = new Random(1);
    var envelope = new Envelope(Integer.MAX_VALUE, Optional.empty());
    var near = new Near(BYTES_MAX, Duration.ofHours(1), InstantSource.system());
    long before = heapBytes();
    for (long put = 0; put < BYTES_MAX * 3 / 2; put += valueBytes + 800) {
      var fingerprint = new byte[32];
      random.nextBytes(fingerprint);
      var key = new Key("chat", HexFormat.of().formatHex(fingerprint));
      // as it comes from Valkey: nothing of it is shared with others
      var wrapped = envelope.wrap(key, kept(new byte[valueBytes]));
      near.put(key, envelope.unwrap(key, wrapped).orElseThrow(), 1, 0);
    }
    near.bytes();
    long taken = heapBytes() - before;

    LOG.log(
        Level.INFO,
        "near cache of {0} MiB, values of {1} bytes: {2} percent of the bound on the heap",
        BYTES_MAX / 1024 / 1024,
        valueBytes,
        taken * 100 / BYTES_MAX);
    assertThat(near.evicted()).isPositive();
    assertThat(taken).isBetween(BYTES_MAX * 9 / 10, BYTES_MAX * 11 / 10);
    assertThat(near.bytes()).isLessThanOrEqualTo(BYTES_MAX);
  }

  private static Kept kept(byte[] value) {
    var labels =
        List.of(
            new Stamp(Label.EVERYTHING, 1),
            new Stamp(Label.parse("type:chat"), 2),
            new Stamp(Label.parse("model:gpt-4.1-2025-04-14"), 3),
            new Stamp(Label.parse("provider:openai"), 4),
            new Stamp(Label.parse("user:somebody@example.org"), 5));
    return new Kept(value, Instant.now(), Retention.of(Duration.ofHours(24)), 7, labels);
  }

  private static long heapBytes() {
    var memory = ManagementFactory.getMemoryMXBean();
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 5; i++) {
      System.gc();
      least = Math.min(least, memory.getHeapMemoryUsage().getUsed());
    }
    return least;
  }
}

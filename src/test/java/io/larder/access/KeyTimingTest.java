package io.larder.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/**
 * Goal: how long it takes to refuse a key does not tell how much of it is right.
 *
 * <p>Method: the administrator's key, as long as may be, is guessed wrong at its first character
 * and at its last. Both are timed in pairs, in random order, in many short batches; the median of
 * the differences is robust to what else the machine does. How fine the method is, it shows itself:
 * by the same pairs given to a comparison that stops at the first difference. What is asserted is
 * that this leak is seen, and that there is less than a tenth of it in {@link Credentials}. The
 * whole is tried three times at most: noise passes, a leak does not.
 */
final class KeyTimingTest {
  private static final long SEED = 20_261_125;
  private static final int LENGTH = 512;
  private static final int PAIRS = 1_500;
  private static final int BATCH = 60;
  private static final int ATTEMPTS = 3;
  private static final double LEAK_NANOS_MIN = 20;
  private static final double PART_MAX = 0.1;

  private static final String KEY = "k".repeat(LENGTH);
  private static final String WRONG_FIRST = "x" + KEY.substring(1);
  private static final String WRONG_LAST = KEY.substring(1) + "x";

  private final Random random = new Random(SEED);
  private long found;

  @Test
  void identify_wrongFirstOrLast_takesTheSameTime() {
    var clock = InstantSource.fixed(Instant.EPOCH);
    var store = new MemoryKeys(clock);
    try (var uses = new Uses(store::used, clock, "uses")) {
      var credentials =
          new Credentials(
              new AccessSettings(KEY), new Near<>(store::find, System::nanoTime), uses, clock);
      Predicate<String> identify = key -> credentials.identify(key) instanceof Identity.Known;
      var seen = new StringBuilder("seed " + SEED);
      for (int i = 0; i < ATTEMPTS; i++) {
        double leak = median(KeyTimingTest::stopsAtTheFirstDifference);
        double ours = median(identify);
        seen.append("; leaky ").append(leak).append(" ns, ours ").append(ours).append(" ns");
        if (leak > LEAK_NANOS_MIN && Math.abs(ours) < PART_MAX * leak) {
          assertThat(found).as("keys let in").isZero();
          return;
        }
      }
      fail("differences in time, per call: " + seen);
    }
  }

  /** Median of how much longer the key takes that is wrong at its end, in ns per call. */
  private double median(Predicate<String> comparison) {
    var differences = new double[PAIRS];
    for (int i = -PAIRS / 5; i < PAIRS; i++) {
      boolean lastFirst = random.nextBoolean();
      long one = time(comparison, lastFirst ? WRONG_LAST : WRONG_FIRST);
      long two = time(comparison, lastFirst ? WRONG_FIRST : WRONG_LAST);
      // the first fifth only warms up
      if (i >= 0) {
        differences[i] = (double) (lastFirst ? one - two : two - one) / BATCH;
      }
    }
    Arrays.sort(differences);
    return differences[PAIRS / 2];
  }

  private long time(Predicate<String> comparison, String key) {
    long begin = System.nanoTime();
    for (int i = 0; i < BATCH; i++) {
      // so that nothing of it can be left out
      found += comparison.test(key) ? 1 : 0;
    }
    return System.nanoTime() - begin;
  }

  private static boolean stopsAtTheFirstDifference(String key) {
    for (int i = 0; i < LENGTH; i++) {
      if (key.charAt(i) != KEY.charAt(i)) {
        return false;
      }
    }
    return true;
  }
}

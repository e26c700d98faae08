package io.larder.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

final class HistogramTest {
  private final Histogram histogram = new Histogram();

  @Test
  void millis_ofNothing_isZero() {
    assertThat(histogram.counts().total()).isZero();
    assertThat(histogram.counts().millis(0.5)).isZero();
  }

  @Test
  void millis_randomTimes_areGoodToAnEighth() {
    long seed = System.nanoTime();
    var random = new Random(seed);
    var times = new long[10_000];
    for (int i = 0; i < times.length; i++) {
      times[i] = (long) Math.pow(10, 4 + random.nextDouble() * 7);
      histogram.add(times[i]);
    }
    Arrays.sort(times);
    for (double share : new double[] {0.01, 0.5, 0.95, 1}) {
      double exact = times[(int) Math.ceil(times.length * share) - 1] / 1e6;
      assertThat(histogram.counts().millis(share))
          .as("share %s, seed %s", share, seed)
          .isCloseTo(exact, Percentage.withPercentage(12.5));
    }
  }

  @Test
  void add_outOfRange_countsAsShortestAndLongest() {
    histogram.add(-1);
    histogram.add(0);
    histogram.add(Long.MAX_VALUE);

    var counts = histogram.counts();
    assertThat(counts.total()).isEqualTo(3);
    assertThat(counts.millis(0.5)).isCloseTo(0.001, within(0.001));
    assertThat(counts.millis(1)).isGreaterThan(3_600_000);
  }

  @Test
  void since_andSum_areOfTheirSpans() {
    histogram.add(TimeUnit.MILLISECONDS.toNanos(1));
    var first = histogram.counts();
    histogram.add(TimeUnit.SECONDS.toNanos(1));
    var second = histogram.counts().since(first);

    assertThat(second.total()).isOne();
    assertThat(second.millis(0.5)).isCloseTo(1000, Percentage.withPercentage(12.5));
    assertThat(Histogram.Counts.sum(List.of(first, second)).total()).isEqualTo(2);
    assertThat(Histogram.Counts.sum(List.of()).total()).isZero();
  }
}

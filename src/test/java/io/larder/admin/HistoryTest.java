package io.larder.admin;

import static io.larder.admin.RecentTest.sums;
import static org.assertj.core.api.Assertions.assertThat;

import io.larder.cache.Histogram;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.assertj.core.api.ListAssert;
import org.junit.jupiter.api.Test;

final class HistoryTest {
  private static final Instant START = Instant.parse("2030-01-01T00:00:00Z");

  /** The middle of the class of 4 ms, which is from 3.67 to 4.19. */
  private static final double MIDDLE = 3.932;

  private final Histogram hitTimes = new Histogram();
  private final History history = new History(hitTimes, new Histogram());

  private void look(int second, long hitsOfAll, long hitsHere) {
    history.look(
        TimeUnit.SECONDS.toNanos(second),
        START.plusSeconds(second),
        hitsOfAll < 0 ? Optional.empty() : Optional.of(sums(hitsOfAll, 0)),
        sums(hitsHere, 0));
  }

  private ListAssert<Object> assertList(String name) {
    return assertThat(history.report().get(name)).asInstanceOf(InstanceOfAssertFactories.LIST);
  }

  @Test
  void look_everySecond_makesStepsOfTen() {
    for (int second = 0; second <= 25; second++) {
      look(second, second, 0);
    }
    assertList("hits").containsExactly(10L, 10L);
    assertList("seconds").containsExactly(10.0, 10.0);
    assertList("at")
        .containsExactly(
            START.plusSeconds(10).toEpochMilli(), START.plusSeconds(20).toEpochMilli());
  }

  @Test
  void look_duringAnOutage_isOfThisNodeAndMakesNoPeakAfterwards() {
    look(0, 1000, 100);
    look(10, 1010, 105);
    look(20, -1, 107);
    look(30, -1, 108);
    look(40, 1400, 109);
    look(50, 1410, 110);

    assertList("from")
        .containsExactly(
            Live.ALL_NODES, Live.THIS_NODE, Live.THIS_NODE, Live.THIS_NODE, Live.ALL_NODES);
    assertList("hits").containsExactly(10L, 2L, 1L, 1L, 10L);
  }

  @Test
  void look_forDays_keepsAnHour() {
    for (int step = 0; step < 10_000; step++) {
      look(step * 10, step, step);
    }
    assertThat(history.report().values())
        .allSatisfy(list -> assertThat((List<?>) list).hasSize(History.STEPS_MAX));
    assertList("at").endsWith(START.plusSeconds(99_990).toEpochMilli());
  }

  @Test
  void times_areOfTheirStep_andNullWithoutAny() {
    look(0, 0, 0);
    hitTimes.add(TimeUnit.MILLISECONDS.toNanos(4));
    look(10, 1, 1);
    look(20, 1, 1);

    var medians = history.report().get("hitMillisMedian");
    assertThat(medians).isEqualTo(Arrays.asList(MIDDLE, null));
    assertThat(history.recentTimes())
        .containsEntry("hitMillis", MIDDLE)
        .doesNotContainKey("missMillis");
    for (int step = 3; step < 40; step++) {
      look(step * 10, 1, 1);
    }
    assertThat(history.recentTimes()).isEmpty();
  }
}

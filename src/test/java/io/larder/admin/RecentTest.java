package io.larder.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.cache.Figure;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class RecentTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private final Recent recent = new Recent();

  static Sums sums(long hits, long misses) {
    return Sums.of(Map.of("chat", Map.of(Figure.HITS, hits, Figure.MISSES, misses)));
  }

  @Test
  void report_nothingAsked_hasNoRatio() {
    recent.look(0, sums(10, 10));
    recent.look(SECOND, sums(10, 10));

    assertThat(recent.report()).doesNotContainKey("hitRatio").containsEntry("requests", 0L);
    assertThat(recent.perSecond()).containsEntry("requests", 0.0);
  }

  @Test
  void report_firstLook_isOfNoTime() {
    recent.look(7, sums(10, 10));

    assertThat(recent.report()).containsEntry("seconds", 0L).containsEntry("hits", 0L);
    assertThat(recent.perSecond()).containsEntry("hits", 0.0);
  }

  @Test
  void report_looksOfAnHour_isOfTheLastFiveMinutes() {
    for (int second = 0; second <= 3600; second++) {
      // one hit a second; misses in the first half hour only
      recent.look(second * SECOND, sums(second, Math.min(second, 1800)));
    }
    assertThat(recent.report())
        .containsEntry("seconds", 300L)
        .containsEntry("hits", 300L)
        .containsEntry("misses", 0L)
        .containsEntry("hitRatio", 1.0);
    assertThat(recent.perSecond()).containsEntry("hits", 1.0);
  }

  @Test
  void report_collapsedAndBypassed_countAsTheyShould() {
    recent.look(0, Sums.of(Map.of()));
    recent.look(
        SECOND,
        Sums.of(
            Map.of(
                "chat",
                Map.of(Figure.HITS, 1L, Figure.STALE, 1L, Figure.COLLAPSED, 1L),
                "messages",
                Map.of(Figure.MISSES, 1L, Figure.BYPASSED, 6L),
                Totals.OWN,
                Map.of(Figure.HITS, 100L))));

    assertThat(recent.report()).containsEntry("hitRatio", 0.5).containsEntry("requests", 10L);
  }

  @Test
  void report_afterFiguresWereSetBack_isNeverNegative() {
    recent.look(0, sums(100, 100));
    recent.look(SECOND, sums(3, 0));

    assertThat(recent.report()).containsEntry("hits", 0L).containsEntry("requests", 0L);
  }

  @Test
  void report_afterALongPause_isOfNoTime() {
    recent.look(0, sums(0, 0));
    recent.look(3600 * SECOND, sums(1000, 0));

    assertThat(recent.report()).containsEntry("seconds", 0L).containsEntry("hits", 0L);
  }
}

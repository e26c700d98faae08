package io.larder.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What is watched is cut off once, when its time is over, and not before. */
final class WatchTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 10);
  private final Watch watch = new Watch(nanos::get);
  private final AtomicInteger cuts = new AtomicInteger();

  @Test
  void look_beforeItsTime_cutsNothing() {
    var lease = watch.over(SECOND, cuts::incrementAndGet);
    pass(SECOND.minusNanos(1));

    assertThat(cuts).hasValue(0);
    assertThat(lease.hasExpired()).isFalse();
  }

  @Test
  void look_afterItsTime_cutsOnce() {
    var lease = watch.over(SECOND, cuts::incrementAndGet);
    pass(SECOND);
    pass(SECOND);

    assertThat(cuts).hasValue(1);
    assertThat(lease.hasExpired()).isTrue();
    assertThat(watch.size()).isZero();
  }

  @Test
  void renew_inTime_putsItOff() {
    var lease = watch.over(SECOND, cuts::incrementAndGet);
    pass(SECOND.minusNanos(1));
    lease.renew(SECOND);
    pass(SECOND.minusNanos(1));

    assertThat(cuts).hasValue(0);
  }

  @Test
  void close_inTime_endsTheWatching() {
    watch.over(SECOND, cuts::incrementAndGet).close();
    pass(SECOND);

    assertThat(cuts).hasValue(0);
    assertThat(watch.size()).isZero();
  }

  @Test
  void start_realThread_cuts() throws InterruptedException {
    var cut = new CountDownLatch(1);
    try (var real = Watch.start("test-watch");
        var lease = real.over(Duration.ofMillis(1), cut::countDown)) {
      assertThat(cut.await(5, TimeUnit.SECONDS)).isTrue();
      assertThat(lease.hasExpired()).isTrue();
    }
  }

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
    watch.look();
  }
}

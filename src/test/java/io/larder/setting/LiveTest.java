package io.larder.setting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Live settings follow their source, and never leave the last good value. */
final class LiveTest {
  private final AtomicLong nanos = new AtomicLong();
  private String source = "one";

  private String read() {
    if (source.equals("bad")) {
      throw new InvalidSetting("larder.t", "good", source);
    }
    return source;
  }

  @Test
  void get_withinTheInterval_isTheSame() {
    var live = new Live<>(this::read, nanos::get);
    source = "two";
    nanos.addAndGet(Live.REREAD.toNanos() - 1);

    assertThat(live.get()).isEqualTo("one");
  }

  @Test
  void get_afterTheInterval_isRereadOnce() {
    var live = new Live<>(this::read, nanos::get);
    source = "two";
    nanos.addAndGet(Live.REREAD.toNanos());

    assertThat(live.get()).isEqualTo("two");
  }

  @Test
  void get_wrongValue_keepsTheLastGoodOne() {
    var live = new Live<>(this::read, nanos::get);
    source = "bad";
    nanos.addAndGet(Live.REREAD.toNanos());
    assertThat(live.get()).isEqualTo("one");
    source = "three";
    nanos.addAndGet(Live.REREAD.toNanos());
    assertThat(live.get()).isEqualTo("three");
  }

  @Test
  void constructor_wrongValue_fails() {
    source = "bad";

    assertThatThrownBy(() -> new Live<>(this::read, nanos::get)).isInstanceOf(InvalidSetting.class);
  }
}

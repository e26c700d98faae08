package io.larder.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.larder.setting.InvalidSetting;
import io.larder.setting.Settings;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RequestLogSettingsTest {
  private static RequestLogSettings of(String which, String slow) {
    var values = Map.of("larder.api.request-log", which, "larder.api.request-log-slow", slow);
    return RequestLogSettings.from(new Settings(name -> Optional.ofNullable(values.get(name))));
  }

  @ParameterizedTest
  @CsvSource({
    "off,PT1S,PT2S,false",
    "slow,PT1S,PT0.999S,false",
    "slow,PT1S,PT1S,true",
    "slow,PT0S,PT0S,true",
    "all,PT1S,PT0S,true"
  })
  void concerns_isByWhichAndTime(String which, String slow, Duration time, boolean expected) {
    assertThat(of(which, slow).concerns(time)).isEqualTo(expected);
  }

  @Test
  void from_wrongValue_isNamed() {
    assertThatThrownBy(() -> of("some", "PT1S"))
        .isInstanceOf(InvalidSetting.class)
        .hasMessageContaining("larder.api.request-log")
        .hasMessageContaining("some");
    assertThatThrownBy(() -> of("all", "PT25H"))
        .hasMessageContaining("larder.api.request-log-slow");
  }
}

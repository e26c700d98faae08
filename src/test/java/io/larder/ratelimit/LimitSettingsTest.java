package io.larder.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.larder.setting.InvalidSetting;
import io.larder.setting.MapConfig;
import java.util.HashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Policies of strangers: they count requests, and nothing else makes sense. */
final class LimitSettingsTest {
  private static LimitSettings settings(String stranger) {
    var all = new HashMap<String, String>();
    MapConfig.defaults().forEach((key, value) -> all.put(key.toString(), value.toString()));
    all.put("larder.limits.stranger", stranger);
    return LimitSettings.from(MapConfig.settings(all));
  }

  @Test
  void stranger_requests_areTaken() {
    assertThat(settings("requests=20;w=60, day?requests=100;w=86400").stranger())
        .extracting(Policy::name)
        .containsExactly("stranger-requests", "day");
    assertThat(settings("none").stranger()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"tokens=5;w=60", "concurrent=5", "requests=5;w=60;model=m", "requests=0"})
  void stranger_anythingElse_stopsTheStart(String policies) {
    assertThatThrownBy(() -> settings(policies))
        .isInstanceOf(InvalidSetting.class)
        .hasMessageStartingWith("larder.limits.stranger must be policies");
  }
}

package io.larder.setting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Every wrong value is told with its name, its range and what was found. */
final class SettingsTest {
  private final Settings settings =
      MapConfig.settings(
          Map.of(
              "larder.t.number", "12x",
              "larder.t.large", "99999999999",
              "larder.t.duration", "5s",
              "larder.t.flag", "yes",
              "larder.t.url", "ftp://host",
              "larder.t.secret-url", "http://user:secret@host/v1",
              "larder.t.good-url", "https://host:1/v1/",
              "larder.t.list", " a, ,b ,c",
              "larder.t.color", "mauve"));

  private enum Color {
    RED,
    GREEN
  }

  @Test
  void values_wrong_areNamedWithRangeAndFound() {
    assertThatThrownBy(() -> settings.integer("larder.t.number", 1, 5))
        .isInstanceOf(InvalidSetting.class)
        .hasMessage("larder.t.number must be a whole number from 1 to 5, was 12x");
    assertThatThrownBy(() -> settings.integer("larder.t.large", 1, 5))
        .hasMessageContaining("was 99999999999");
    assertThatThrownBy(() -> settings.integer("larder.t.none", 1, 5))
        .hasMessageContaining("was missing");
    assertThatThrownBy(
            () -> settings.duration("larder.t.duration", Duration.ofSeconds(1), Duration.ofDays(1)))
        .hasMessage("larder.t.duration must be an ISO-8601 duration from PT1S to PT24H, was 5s");
    assertThatThrownBy(() -> settings.flag("larder.t.flag"))
        .hasMessage("larder.t.flag must be true or false, was yes");
    assertThatThrownBy(() -> settings.oneOf("larder.t.color", Color.class))
        .hasMessage("larder.t.color must be one of red, green, was mauve");
    assertThatThrownBy(() -> settings.url("larder.t.url")).hasMessageContaining("was ftp://host");
  }

  @Test
  void url_withAPassword_isRefusedWithoutTellingIt() {
    assertThatThrownBy(() -> settings.url("larder.t.secret-url"))
        .hasMessageContaining("http://***@host/v1")
        .hasMessageNotContaining("secret@");
  }

  @Test
  void values_good_areRead() {
    assertThat(settings.url("larder.t.good-url")).hasToString("Optional[https://host:1/v1]");
    assertThat(settings.list("larder.t.list")).containsExactly("a", "b", "c");
    assertThat(settings.text("larder.t.none")).isEmpty();
  }

  @Test
  void unknown_namesNobodyAskedFor_areTold() {
    assertThat(MapConfig.settings(Map.of("larder.t.misspelt", "1")).unknown())
        .contains("larder.t.misspelt");
  }
}

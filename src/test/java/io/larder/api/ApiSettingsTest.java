package io.larder.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.larder.setting.InvalidSetting;
import io.larder.setting.MapConfig;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Origins and times of sessions, and what is refused. */
final class ApiSettingsTest {
  private static ApiSettings settings(String name, String value) {
    var all = new HashMap<String, String>();
    MapConfig.defaults().forEach((key, def) -> all.put(key.toString(), def.toString()));
    all.putAll(Map.of(name, value));
    return ApiSettings.from(MapConfig.settings(all));
  }

  @Test
  void origins_listed_areTakenAsTheyAre() {
    var listed = "https://a.example, http://localhost:3000,https://[::1]:8443 ,https://a.example";
    assertThat(settings("larder.api.cors-origins", listed).corsOrigins())
        .containsExactlyInAnyOrder(
            "https://a.example", "http://localhost:3000", "https://[::1]:8443");
    assertThat(settings("larder.api.cors-origins", " ").corsOrigins()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "*",
        "null",
        "a.example",
        "https://*.example",
        "https://a.example/",
        "https://a.example/path",
        "https://A.example",
        "https://user@a.example",
        "ftp://a.example",
        "https://a.example:99999999",
        "https://a.example, *"
      })
  void origins_anythingElse_stopsTheStart(String origins) {
    assertThatThrownBy(() -> settings("larder.api.cors-origins", origins))
        .isInstanceOf(InvalidSetting.class)
        .hasMessageStartingWith("larder.api.cors-origins must be origins such as");
  }

  @ParameterizedTest
  @CsvSource({
    "larder.session.idle, PT0S",
    "larder.session.idle, P31D",
    "larder.session.max, PT0.5S",
    "larder.session.max, 60",
    "larder.session.secure, yes"
  })
  void sessions_outOfRange_stopTheStart(String name, String value) {
    assertThatThrownBy(() -> settings(name, value))
        .isInstanceOf(InvalidSetting.class)
        .hasMessageStartingWith(name + " must be ");
  }
}

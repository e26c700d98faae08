package io.larder.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.larder.setting.InvalidSetting;
import io.larder.setting.MapConfig;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How long things are kept. */
final class CacheSettingsTest {
  @Test
  void retention_ofAType_isSpreadByATenth() {
    var settings = settings(Map.of("larder.cache.ttl.products", "PT100S"));
    var seen = new HashSet<Long>();
    var chance = new Random(1);
    for (int i = 0; i < 1_000; i++) {
      var ttl = settings.retention("products", Optional.empty(), chance).ttl();
      assertThat(ttl).isBetween(Duration.ofSeconds(90), Duration.ofSeconds(110));
      seen.add(ttl.toSeconds());
    }

    assertThat(seen).hasSizeGreaterThan(18);
  }

  @Test
  void retention_asked_isNeverLonger() {
    var chance = new Random(1);
    for (int i = 0; i < 1_000; i++) {
      var ttl =
          settings(Map.of()).retention("x", Optional.of(Duration.ofSeconds(100)), chance).ttl();
      assertThat(ttl).isBetween(Duration.ofSeconds(90), Duration.ofSeconds(100));
    }
  }

  @Test
  void retention_unknownType_isRefused() {
    assertThatThrownBy(() -> settings(Map.of()).retention("x", Optional.empty(), new Random(1)))
        .isInstanceOf(InvalidSetting.class)
        .hasMessageContaining("larder.cache.ttl.x");
  }

  @Test
  void stale_bothDirectives_areRead() {
    var stale =
        settings(Map.of("larder.cache.stale", "stale-while-revalidate=60, stale-if-error=3600"))
            .stale();

    assertThat(stale)
        .isEqualTo(new CacheSettings.Stale(Duration.ofSeconds(60), Duration.ofSeconds(3600)));
    assertThat(settings(Map.of()).stale())
        .isEqualTo(new CacheSettings.Stale(Duration.ZERO, Duration.ZERO));
  }

  @ParameterizedTest
  @ValueSource(strings = {"60", "stale-if-error", "stale-if-error=-1", "stale-if-error=99999999"})
  void stale_wrong_isTold(String found) {
    assertThatThrownBy(() -> settings(Map.of("larder.cache.stale", found)))
        .isInstanceOf(InvalidSetting.class)
        .hasMessageContaining("larder.cache.stale must be stale-while-revalidate=SECONDS");
  }

  private static CacheSettings settings(Map<String, String> values) {
    return CacheSettings.from(MapConfig.settings(values));
  }
}

package io.larder.valkey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.larder.setting.InvalidSetting;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Addresses of Valkey servers. */
final class ValkeyUriTest {
  private static final String SETTING = "larder.valkey.uri";

  @Test
  void parse_everyPart_isRead() {
    var uri = ValkeyUri.parse(SETTING, "valkeys://app:p%40ss+word@cache.example:6380/3");

    assertThat(uri)
        .isEqualTo(
            new ValkeyUri(
                "cache.example", 6380, true, Optional.of("app"), Optional.of("p@ss+word"), 3));
    assertThat(uri).hasToString("valkeys://cache.example:6380/3");
  }

  @Test
  void parse_redisNames_meanTheSame() {
    assertThat(ValkeyUri.parse(SETTING, "redis://localhost"))
        .isEqualTo(ValkeyUri.parse(SETTING, "valkey://localhost:6379/0"));
    assertThat(ValkeyUri.parse(SETTING, "rediss://:secret@localhost").password())
        .hasValue("secret");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "localhost:6379",
        "http://localhost",
        "valkey://",
        "valkey://user:secret@",
        "valkey://user:secret@host/x",
        "valkey://user:secret@host?cluster=true",
        "valkey://user:secret@ho st",
        "valkey://user:secret@host:99x"
      })
  void parse_wrong_isToldWithoutThePassword(String found) {
    assertThatThrownBy(() -> ValkeyUri.parse(SETTING, found))
        .isInstanceOf(InvalidSetting.class)
        .hasMessageContaining(SETTING + " must be valkey://")
        .hasMessageNotContaining("secret");
  }
}

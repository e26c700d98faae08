package io.larder.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.larder.setting.InvalidSetting;
import io.larder.setting.MapConfig;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The administrator's key, and nothing like it, lets in. */
final class CredentialsTest {
  private final Credentials credentials = new Credentials(new AccessSettings("s3cret"));

  @Test
  void identify_theKey_isTheAdministrator() {
    assertThat(credentials.identify("s3cret").orElseThrow().roles()).contains("admin");
  }

  @Test
  void identify_anythingElse_isNobody() {
    for (var key :
        new String[] {"", "s3cre", "s3cret ", "S3CRET", "s3cretx", "\u0000", "é".repeat(10_000)}) {
      assertThat(credentials.identify(key)).isEmpty();
    }
  }

  @Test
  void settings_badKeys_areRefusedWithoutShowingThem() {
    for (var key : new String[] {"two words", "ümlaut", "x".repeat(513)}) {
      assertThatThrownBy(
              () -> AccessSettings.from(MapConfig.settings(Map.of("larder.admin.key", key))))
          .isInstanceOf(InvalidSetting.class)
          .hasMessageContaining("larder.admin.key must be")
          .hasMessageNotContaining(key);
    }
    assertThatThrownBy(() -> AccessSettings.from(MapConfig.settings(Map.of())))
        .hasMessageContaining("was missing");
  }

  @Test
  void toString_settings_hidesTheKey() {
    assertThat(new AccessSettings("s3cret").toString()).doesNotContain("s3cret");
  }
}

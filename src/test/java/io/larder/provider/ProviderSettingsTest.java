package io.larder.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.larder.setting.MapConfig;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Which providers there are, in which order, with what. */
final class ProviderSettingsTest {
  private static final Optional<String> NO_KEY = Optional.empty();

  @Test
  void from_nothing_isTheDemo() {
    var settings = ProviderSettings.from(MapConfig.settings(Map.of()), NO_KEY);

    assertThat(settings.providers())
        .singleElement()
        .extracting(ProviderSettings.One::kind)
        .isEqualTo(ProviderSettings.Kind.DEMO);
  }

  @Test
  void from_vendorKeyAlone_isOpenAiAndNoDemo() {
    var settings = ProviderSettings.from(MapConfig.settings(Map.of()), Optional.of("sk-1"));

    var openai = settings.providers().getFirst();
    assertThat(settings.providers()).hasSize(1);
    assertThat(openai.url()).hasToString("Optional[https://api.openai.com/v1]");
    assertThat(openai.key()).hasValue("sk-1");
    assertThat(openai.toString()).doesNotContain("sk-1");
  }

  @Test
  void from_several_areInTheOrderAsked() {
    var settings =
        ProviderSettings.from(
            MapConfig.settings(
                Map.of(
                    "larder.provider.a.url", "http://a/v1",
                    "larder.provider.b.url", "http://b/v1",
                    "larder.provider.b.idle-timeout", "PT7S",
                    "larder.provider.c.url", "http://c/v1",
                    "larder.providers", "c, b")),
            NO_KEY);

    assertThat(settings.providers())
        .extracting(ProviderSettings.One::name)
        .containsExactly("c", "b", "a");
    assertThat(settings.providers().get(1).idleTimeout()).isEqualTo(Duration.ofSeconds(7));
    assertThat(settings.providers().get(2).idleTimeout()).isEqualTo(Duration.ofMinutes(2));
  }

  @Test
  void from_mistakes_areNamed() {
    assertThatThrownBy(() -> from(Map.of("larder.provider.a.key", "k")))
        .hasMessage("larder.provider.a.url must be an absolute http or https URL, was missing");
    assertThatThrownBy(() -> from(Map.of("larder.provider.a.kind", "soap")))
        .hasMessageContaining("larder.provider.a.kind must be one of openai, demo, was soap");
    assertThatThrownBy(() -> from(Map.of("larder.providers", "nobody")))
        .hasMessageContaining(
            "larder.providers must be names of configured providers [demo], was nobody");
    assertThatThrownBy(() -> from(Map.of("larder.provider.A_B.url", "http://a")))
        .hasMessageContaining("was A_B");
    assertThatThrownBy(
            () ->
                from(
                    Map.of(
                        "larder.provider.a.url",
                        "http://a",
                        "larder.provider.a.connections-max",
                        "0")))
        .hasMessageContaining("larder.provider.a.connections-max must be a whole number");
  }

  private static ProviderSettings from(Map<String, String> values) {
    return ProviderSettings.from(MapConfig.settings(values), NO_KEY);
  }
}

package io.larder.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.larder.setting.MapConfig;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which providers there are, in which order, with what. */
final class ProviderSettingsTest {
  private static final Map<String, String> NO_KEY = Map.of();

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
    var settings = ProviderSettings.from(MapConfig.settings(Map.of()), Map.of("openai", "sk-1"));

    var openai = settings.providers().getFirst();
    assertThat(settings.providers()).hasSize(1);
    assertThat(openai.url()).hasToString("Optional[https://api.openai.com/v1]");
    assertThat(openai.key()).hasValue("sk-1");
    assertThat(openai.toString()).doesNotContain("sk-1");
  }

  @Test
  void from_anthropicKeyAlone_isAnthropicAtItsVendor() {
    var settings =
        ProviderSettings.from(MapConfig.settings(Map.of()), Map.of("anthropic", "sk-ant-1"));

    var anthropic = settings.providers().getFirst();
    assertThat(settings.providers()).hasSize(1);
    assertThat(anthropic.kind()).isEqualTo(ProviderSettings.Kind.ANTHROPIC);
    assertThat(anthropic.url()).hasToString("Optional[https://api.anthropic.com/v1]");
    assertThat(anthropic.key()).hasValue("sk-ant-1");
  }

  @Test
  void from_vendorKeys_areForTheProvidersOfThoseNamesOnly() {
    var settings =
        ProviderSettings.from(
            MapConfig.settings(
                Map.of(
                    "larder.provider.mine.url", "http://a/v1",
                    "larder.provider.openai.key", "own",
                    "larder.provider.claude.kind", "anthropic")),
            Map.of("openai", "sk-1", "anthropic", "sk-ant-1"));

    assertThat(settings.providers())
        .extracting(one -> one.name() + "=" + one.key().orElse("none"))
        .containsExactly("anthropic=sk-ant-1", "claude=none", "mine=none", "openai=own");
  }

  @Test
  void from_waitsAndRetries_areEachProvidersOwnOrThoseOfAll() {
    var settings =
        from(
            Map.of(
                "larder.provider.a.url", "http://a/v1",
                "larder.provider.a.retries", "0",
                "larder.provider.a.queue-wait", "PT0S",
                "larder.provider.b.url", "http://b/v1"));

    var a = settings.providers().get(0);
    var b = settings.providers().get(1);
    assertThat(a.retries()).isZero();
    assertThat(a.queueWait()).isZero();
    assertThat(b.retries()).isEqualTo(2);
    assertThat(b.queueWait()).isEqualTo(Duration.ofSeconds(10));
    assertThat(b.queueMax()).isEqualTo(1000);
    assertThat(b.retryWaitMax()).isEqualTo(Duration.ofSeconds(5));
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
        .hasMessageContaining(
            "larder.provider.a.kind must be one of openai, anthropic, demo, was soap");
    assertThatThrownBy(
            () ->
                from(
                    Map.of(
                        "larder.provider.openai.http-version",
                        "3",
                        "larder.provider.a.url",
                        "http://a")))
        .hasMessage("larder.provider.openai.http-version must be 1.1 or 2, was 3");
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

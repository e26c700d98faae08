package io.larder.setting;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** Names of variables and of settings, either way. */
final class EnvironmentConfigSourceTest {
  private final EnvironmentConfigSource source =
      new EnvironmentConfigSource(
          Map.of(
              "LARDER_HTTP_PORT", "9081",
              "LARDER_CACHE_TTL_CHAT", "PT1H",
              "LARDER_PROVIDER_MY_VLLM_URL", "http://localhost:8000/v1",
              "LARDER_PROVIDER_MY_VLLM_STREAM_USAGE", "false",
              "LARDER_PROVIDER_OPENAI_KEY", "k",
              "LARDER_LIMITS_USER", "requests=1;w=1",
              "LARDER_LIMITS_PROVIDER_MY_VLLM", "requests=1;w=1",
              "PATH", "/bin"));

  @Test
  void getValue_names_areFoundAsVariables() {
    assertThat(source.getValue("larder.http.port")).isEqualTo("9081");
    assertThat(source.getValue("larder.cache.ttl.chat")).isEqualTo("PT1H");
    assertThat(source.getValue("larder.provider.my-vllm.stream-usage")).isEqualTo("false");
    assertThat(source.getValue("larder.cache.scope")).isNull();
    assertThat(source.getValue("path")).isNull();
  }

  @Test
  void getPropertyNames_withAChosenPart_areTold() {
    assertThat(source.getPropertyNames())
        .containsExactlyInAnyOrder(
            "larder.provider.my-vllm.url",
            "larder.provider.my-vllm.stream-usage",
            "larder.provider.openai.key",
            "larder.limits.provider.my-vllm",
            "larder.cache.ttl.chat");
  }

  @Test
  void getOrdinal_isAboveServerXml() {
    assertThat(source.getOrdinal()).isGreaterThan(500);
  }
}

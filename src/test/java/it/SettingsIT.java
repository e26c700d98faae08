package it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Settings on the built server: a wrong one stops the start with one line, a live one needs none.
 */
final class SettingsIT {

  @Test
  void start_wrongValue_stopsWithOneLine() {
    var larder = LarderProcess.startAndFail("wrong", Map.of("LARDER_CACHE_TTL_CHAT", "forever"));

    assertThat(larder.process().exitValue()).isNotZero();
    assertThat(larder.log())
        .containsOnlyOnce(
            "Larder stops: larder.cache.ttl.chat must be an ISO-8601 duration from PT1S to PT8784H, was forever");
  }

  @Test
  void start_withoutAKey_stops() {
    var larder = LarderProcess.startAndFail("keyless", Map.of("LARDER_ADMIN_KEY", ""));

    assertThat(larder.process().exitValue()).isNotZero();
    assertThat(larder.log()).contains("Larder stops: larder.admin.key must be set");
  }

  @Test
  void liveSetting_changedInServerXml_takesEffectAndAWrongOneDoesNot() throws Exception {
    try (var larder =
        LarderProcess.start(
            "live",
            Map.of(
                "LARDER_CACHE_MISSPELT", "x",
                "LARDER_PROVIDER_MY_VLLM_URL", "http://127.0.0.1:1/v1",
                "LARDER_PROVIDER_MY_VLLM_MODELS", "llama-*",
                "LARDER_PROVIDER_MY_VLLM_STREAM_USAGE", "false",
                "LARDER_PROVIDER_DEMO_KIND", "demo"))) {
      assertThat(larder.log())
          .containsOnlyOnce("setting ignored, there is none of that name: larder.cache.misspelt")
          .containsOnlyOnce("there is none of that name")
          .contains("answers in memory, providers demo,my-vllm");
      var ask = "{\"model\":\"demo\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
      var before = larder.chat(ask).headers().firstValue("Larder-Key").orElseThrow();
      set(larder, "global");
      var after = awaitOtherKey(larder, ask, before);
      set(larder, "nonsense");
      awaitLog(
          larder,
          "setting ignored, the last good value stays: larder.cache.scope must be one of",
          ask);

      assertThat(larder.chat(ask).headers().firstValue("Larder-Key")).hasValue(after);
    }
  }

  private static void set(LarderProcess larder, String scope) throws Exception {
    var xml = Files.readString(larder.serverXml());
    var setting = "<variable name=\"larder.cache.scope\" value=\"" + scope + "\"/></server>";
    Files.writeString(
        larder.serverXml(),
        xml.replaceAll(
                "<variable name=\"larder.cache.scope\" value=\"\\w+\"/></server>", "</server>")
            .replace("</server>", setting));
  }

  private static String awaitOtherKey(LarderProcess larder, String ask, String key)
      throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    var now = key;
    while (now.equals(key) && System.nanoTime() < end) {
      now =
          larder
              .chat(ask, "Cache-Control", "max-age=100")
              .headers()
              .firstValue("Larder-Key")
              .orElseThrow();
    }
    assertThat(now).isNotEqualTo(key);
    return now;
  }

  private static void awaitLog(LarderProcess larder, String line, String ask) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!larder.log().contains(line) && System.nanoTime() < end) {
      larder.chat(ask);
    }
    assertThat(larder.log()).contains(line);
  }
}

package it;

import dev.mokksy.aimocks.openai.MockOpenai;
import java.util.Map;

/**
 * The server that most tests use: in memory, with a scripted provider, one made by others, the
 * demonstration, and one that nobody listens for. Started once; ends with the test run.
 */
final class Shared {
  static final ScriptedProvider SCRIPTED = ScriptedProvider.start();
  static final MockOpenai INDEPENDENT = new MockOpenai(0, false);
  static final LarderProcess LARDER =
      LarderProcess.start(
          "shared",
          Map.ofEntries(
              // tests come with wrong keys a hundred times a minute
              Map.entry("LARDER_LIMITS_STRANGER", "none"),
              // tests change what the list is made of
              Map.entry("LARDER_CACHE_TTL_MODELS", "PT1S"),
              Map.entry("LARDER_PROVIDER_SCRIPTED_URL", SCRIPTED.url()),
              Map.entry("LARDER_PROVIDER_SCRIPTED_KEY", "vendor-secret"),
              Map.entry("LARDER_PROVIDER_SCRIPTED_MODELS", "s-*"),
              Map.entry("LARDER_PROVIDER_SCRIPTED_RESPONSE_TIMEOUT", "PT2S"),
              Map.entry("LARDER_PROVIDER_SCRIPTED_IDLE_TIMEOUT", "PT1S"),
              Map.entry("LARDER_PROVIDER_CLAUDE_KIND", "anthropic"),
              Map.entry("LARDER_PROVIDER_CLAUDE_URL", SCRIPTED.url()),
              Map.entry("LARDER_PROVIDER_CLAUDE_KEY", "anthropic-secret"),
              Map.entry("LARDER_PROVIDER_CLAUDE_MODELS", "s-*"),
              Map.entry("LARDER_PROVIDER_PLAIN_URL", SCRIPTED.url()),
              Map.entry("LARDER_PROVIDER_PLAIN_MODELS", "p-*"),
              Map.entry("LARDER_PROVIDER_PLAIN_STREAM_USAGE", "false"),
              Map.entry("LARDER_PROVIDER_INDEPENDENT_URL", INDEPENDENT.baseUrl()),
              Map.entry("LARDER_PROVIDER_INDEPENDENT_MODELS", "gpt-*"),
              Map.entry("LARDER_PROVIDER_DEMO_KIND", "demo"),
              Map.entry("LARDER_PROVIDER_DEMO_MODELS", "demo"),
              Map.entry(
                  "LARDER_PROVIDER_NOBODY_URL",
                  "http://127.0.0.1:" + ValkeyProcess.freePort() + "/v1"),
              Map.entry("LARDER_PROVIDER_NOBODY_MODELS", "n-*")));

  private Shared() {}
}

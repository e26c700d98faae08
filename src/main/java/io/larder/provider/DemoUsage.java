package io.larder.provider;

import io.larder.json.Json;
import java.util.Locale;

/** How the older wire formats of OpenAI tell what an answer cost. */
final class DemoUsage {
  private DemoUsage() {}

  /** Whether a stream is to end with a chunk that tells it. */
  static boolean isAsked(Json.Obj request) {
    return request
        .object("stream_options")
        .flatMap(options -> options.get("include_usage"))
        .filter(Json.Literal.TRUE::equals)
        .isPresent();
  }

  /** The member {@code usage}. */
  static String of(DemoText text) {
    return String.format(
        Locale.ROOT,
        "\"usage\":{\"prompt_tokens\":%d,\"completion_tokens\":%d,\"total_tokens\":%d}",
        text.tokensIn(),
        text.tokensOut(),
        text.tokensIn() + text.tokensOut());
  }
}

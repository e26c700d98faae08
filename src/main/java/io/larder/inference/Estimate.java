package io.larder.inference;

import io.larder.json.Json;
import io.larder.model.Usage;
import io.larder.model.Wire;
import io.larder.ratelimit.Charge;
import io.larder.ratelimit.Policy;
import io.larder.ratelimit.Unit;
import io.larder.wire.WireRequest;
import java.util.List;

/**
 * Tokens that a request may cost, as far as that can be told before a provider is asked.
 *
 * @param input of the request: its bytes by {@link #BYTES_PER_TOKEN}, rounded up; of what is {@link
 *     Attached}, no more than that is charged as
 * @param output of the answer: as many as the request allows, or {@link #OUTPUT_UNTOLD}
 */
record Estimate(long input, long output) {
  /** English text and JSON have about four bytes per token with all vendors' tokenizers. */
  static final int BYTES_PER_TOKEN = 4;

  /** More than most answers have; what was too much is given back. */
  static final int OUTPUT_UNTOLD = 1_024;

  /** What requests of all wire formats call the most tokens that an answer may have. */
  private static final List<String> OUTPUT_MAX =
      List.of("max_completion_tokens", "max_tokens", "max_output_tokens");

  /** As much as the largest limit there can be. */
  private static final long TOKENS_MAX = 1_000_000_000_000L;

  static Estimate of(Wire wire, WireRequest request) {
    long input = Math.ceilDiv(request.length() - Attached.surplus(request), BYTES_PER_TOKEN);
    return switch (wire) {
      // vendors count for free
      case ANTHROPIC_COUNT_TOKENS -> new Estimate(0, 0);
      case OPENAI_EMBEDDINGS -> new Estimate(input, 0);
      case OPENAI_CHAT, OPENAI_RESPONSES, OPENAI_COMPLETIONS, ANTHROPIC_MESSAGES ->
          new Estimate(input, output(request));
    };
  }

  private static long output(WireRequest request) {
    return OUTPUT_MAX.stream()
        .mapToLong(name -> request.object().number(name))
        .filter(tokens -> tokens > 0)
        .map(tokens -> Math.min(tokens, TOKENS_MAX))
        .findFirst()
        .orElseGet(() -> isInBackground(request) ? TOKENS_MAX : OUTPUT_UNTOLD);
  }

  /**
   * Nobody is told what such an answer will have cost, so without a bound it costs all there is.
   */
  private static boolean isInBackground(WireRequest request) {
    return request.object().get("background").filter(Json.Literal.TRUE::equals).isPresent();
  }

  /** What a request costs before a provider has answered. */
  Charge charge(Policy policy) {
    return new Charge(policy, policy.unit().isTokens() ? tokens(policy.unit()) : 1);
  }

  private long tokens(Unit unit) {
    return tokens(unit, input, output);
  }

  /**
   * What a request has cost. Servers that leave out the tokens of the input are taken to have seen
   * as many as estimated.
   *
   * @param usage as the provider tells it, not unknown
   */
  long used(Policy policy, Usage usage) {
    long in = usage.input() == 0 ? input : usage.input();
    return tokens(policy.unit(), in, usage.output());
  }

  /**
   * What a request is taken to have cost whose answer broke off: as estimated, or a token of output
   * for each event that came, if that is more.
   */
  long brokenOff(Policy policy, long events) {
    return tokens(policy.unit(), input, Math.max(output, events));
  }

  private static long tokens(Unit unit, long input, long output) {
    return switch (unit) {
      case TOKENS -> input + output;
      case INPUT_TOKENS -> input;
      case OUTPUT_TOKENS -> output;
      case REQUESTS, CONCURRENT -> 0;
    };
  }
}

package io.larder.wire;

import io.larder.model.Wire;
import io.larder.sse.SseFrame;
import java.util.List;
import java.util.Optional;

/**
 * One wire format: its rules for requests, what its answers say, both forms of an answer, and its
 * errors. What a format does not know, members as well as events, it carries as it came.
 *
 * <p>An answer has two forms, a JSON object and a stream of frames, each of which can be made from
 * the other. A form that is made is only good if nothing is lost: what {@link #render} gives is
 * folded again and compared, and {@link #fold} refuses frames that it cannot place.
 */
public sealed interface WireFormat
    permits OpenAiChat,
        OpenAiCompletions,
        OpenAiEmbeddings,
        OpenAiResponses,
        AnthropicMessages,
        AnthropicCountTokens {
  /** The format of that name. */
  static WireFormat of(Wire wire) {
    return switch (wire) {
      case OPENAI_CHAT -> new OpenAiChat();
      case OPENAI_RESPONSES -> new OpenAiResponses();
      case OPENAI_EMBEDDINGS -> new OpenAiEmbeddings();
      case OPENAI_COMPLETIONS -> new OpenAiCompletions();
      case ANTHROPIC_MESSAGES -> new AnthropicMessages();
      case ANTHROPIC_COUNT_TOKENS -> new AnthropicCountTokens();
    };
  }

  /** Which one. */
  Wire wire();

  /**
   * Reads a request.
   *
   * @throws BadRequest naming what is wrong
   */
  WireRequest parse(byte[] body);

  /** What a frame of a stream says. */
  Sign read(SseFrame frame);

  /**
   * What a whole JSON answer with a good status says; of kind END unless it is an error or none.
   */
  Sign read(byte[] answer);

  /**
   * The JSON answer that a complete stream amounts to, as the provider would have given it.
   *
   * @param frames all of them, as they came, usage included
   * @return empty if that cannot be told without loss
   */
  Optional<byte[]> fold(List<SseFrame> frames);

  /**
   * The stream that a JSON answer amounts to, in the chunk shapes of the vendor, usage included
   * (marked by {@link Sign#hidden} where a client must ask for it).
   *
   * @return empty if folding it again does not give the same answer
   */
  Optional<List<SseFrame>> render(byte[] answer);

  /**
   * An error as this format's clients expect it.
   *
   * @param code a stable word for programs
   * @param param the member of the request that is wrong; empty = none
   */
  byte[] error(int status, String code, String param, String message);

  /**
   * A refusal of a limit, status 429, as this format's clients expect it.
   *
   * @param ofTokens whether the limit counts tokens rather than requests
   */
  default byte[] limited(String code, boolean ofTokens, String message) {
    return wire().isAnthropic()
        ? error(429, code, "", message)
        : OpenAi.limited(code, ofTokens, message);
  }

  /** The event that ends a stream whose answer broke off. */
  byte[] errorEvent(String code, String message);

  /**
   * The same for a format that numbers its events.
   *
   * @param eventsBefore how many have gone out
   */
  default byte[] errorEvent(String code, String message, long eventsBefore) {
    return errorEvent(code, message);
  }
}

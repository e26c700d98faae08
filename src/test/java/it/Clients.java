package it;

import static it.Shared.LARDER;

import com.anthropic.client.AnthropicClient;
import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The vendors' official clients for Java, with nothing changed but base URL and key, and what a
 * scripted provider tells them.
 */
final class Clients {
  /** Prime, so that pieces of a stream end within lines, names and characters. */
  private static final int PIECE_BYTES = 37;

  private Clients() {}

  /** OpenAI's, which is told a base URL with {@code /v1}. */
  static OpenAIClient openAi(String key, int retriesMax) {
    return OpenAIOkHttpClient.builder()
        .baseUrl(LARDER.uri("/v1").toString())
        .apiKey(key)
        .maxRetries(retriesMax)
        .build();
  }

  /** Anthropic's, which adds {@code /v1} by itself. */
  static AnthropicClient anthropic(String key, int retriesMax) {
    return AnthropicOkHttpClient.builder()
        .baseUrl(LARDER.uri("").toString())
        .apiKey(key)
        .maxRetries(retriesMax)
        .build();
  }

  /** An answer in the form that is asked for. */
  static ScriptedProvider.Script either(String json, String frames) {
    return (request, answer) -> {
      if (request.body().contains("\"stream\":true")) {
        stream(frames).answer(request, answer);
      } else {
        answer.whole(200, "application/json", json);
      }
    };
  }

  /** A stream in pieces that end anywhere. */
  static ScriptedProvider.Script stream(String frames) {
    var bytes = frames.getBytes(StandardCharsets.UTF_8);
    return (request, answer) -> {
      answer.streamHead();
      for (int from = 0; from < bytes.length; from += PIECE_BYTES) {
        answer.piece(Arrays.copyOfRange(bytes, from, Math.min(bytes.length, from + PIECE_BYTES)));
      }
      answer.streamEnd();
    };
  }

  /**
   * A frame for each line: its type, which comes first in it, as the event, and the line as data.
   */
  static String typed(String lines) {
    var frames = new StringBuilder();
    lines
        .lines()
        .forEach(
            line ->
                frames
                    .append("event: ")
                    .append(line.split("\"", 5)[3])
                    .append("\ndata: ")
                    .append(line)
                    .append("\n\n"));
    return frames.toString();
  }

  /** A frame for each line, without a name. */
  static String plain(String lines) {
    var frames = new StringBuilder();
    lines.lines().forEach(line -> frames.append("data: ").append(line).append("\n\n"));
    return frames.toString();
  }
}

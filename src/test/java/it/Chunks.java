package it;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;

/** Chat streams as providers send them, and what clients make of what they get. */
final class Chunks {
  static final String STOP = chunk("{}", "\"stop\"");
  static final String USAGE =
      "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\","
          + "\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4}}\n\n";
  static final String DONE = "data: [DONE]\n\n";

  private static final ObjectMapper JSON = new ObjectMapper();

  private Chunks() {}

  /** The first piece of a text. */
  static String first(String text) {
    return chunk("{\"role\":\"assistant\",\"content\":\"" + text + "\"}", "null");
  }

  /** Another piece of a text. */
  static String more(String text) {
    return chunk("{\"content\":\"" + text + "\"}", "null");
  }

  static String chunk(String delta, String finishReason) {
    return "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\","
        + "\"choices\":[{\"index\":0,\"delta\":"
        + delta
        + ",\"finish_reason\":"
        + finishReason
        + "}]}\n\n";
  }

  /** The same answer as JSON. */
  static String whole(String text) {
    return "{\"id\":\"c\",\"object\":\"chat.completion\",\"created\":1,\"model\":\"m\",\"choices\":"
        + "[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\""
        + text
        + "\"},\"finish_reason\":\"stop\"}],"
        + "\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4}}";
  }

  /** The data of each event, in order. */
  static List<String> data(String stream) {
    return stream.lines().filter(line -> line.startsWith("data:")).map(Chunks::value).toList();
  }

  private static String value(String line) {
    return line.substring("data:".length()).strip();
  }

  /** The data of each event that is JSON, in order. */
  static List<JsonNode> events(String stream) {
    return data(stream).stream().filter(data -> !data.equals("[DONE]")).map(Chunks::json).toList();
  }

  static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException malformed) {
      throw new AssertionError(text, malformed);
    }
  }

  /** The text that a streamed answer gives. */
  static String text(String stream) {
    var text = new StringBuilder();
    for (var event : events(stream)) {
      text.append(event.at("/choices/0/delta/content").asText(""));
    }
    return text.toString();
  }
}

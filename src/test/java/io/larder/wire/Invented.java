package io.larder.wire;

import io.larder.json.JsonWriter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Invents streams and answers as vendors and other servers write them, with members of their own.
 */
final class Invented {
  private static final List<String> WORDS =
      List.of(
          "Hello",
          ",",
          " world",
          " ",
          "\n",
          "\"quoted\"",
          "\\",
          "data: ",
          "\r\n\r\n",
          "é",
          "✓",
          "\uD83D\uDE00",
          "\u2028",
          "[DONE]",
          "\t{}",
          "null",
          "\u0000",
          "日本");

  private final Random random;

  Invented(long seed) {
    this.random = new Random(seed);
  }

  // -- streams ------------------------------------------------------------------------------------

  /** A chat completion of some choices, their chunks mixed. */
  String chatStream() {
    int count = 1 + random.nextInt(3);
    var lines = new ArrayList<List<String>>();
    boolean logprobs = random.nextBoolean();
    for (int index = 0; index < count; index++) {
      lines.add(deltas(index, logprobs));
    }
    return chunks("chat.completion.chunk", mixed(lines));
  }

  private List<String> deltas(int index, boolean logprobs) {
    var calls = random.nextInt(3) == 0;
    var parts = new ArrayList<String>();
    var first = new ArrayList<>(List.of("\"role\":\"assistant\""));
    first.add("\"content\":" + (calls ? "null" : "\"\""));
    if (random.nextBoolean()) {
      first.add("\"refusal\":null");
    }
    if (random.nextInt(4) == 0) {
      first.add("\"provider_note\":{\"a\":[1,2.50]}");
    }
    parts.add(choice(index, braces(first), "null", logprobs ? "null" : ""));
    for (int i = random.nextInt(4); i > 0; i--) {
      parts.add(
          choice(
              index, "{\"reasoning_content\":" + words(2) + "}", "null", logprobs ? "null" : ""));
    }
    for (int i = calls ? 0 : random.nextInt(12); i > 0; i--) {
      parts.add(
          choice(index, "{\"content\":" + words(3) + "}", "null", logprobs ? logprobs() : ""));
    }
    if (random.nextInt(5) == 0) {
      parts.add(choice(index, "{\"refusal\":" + words(3) + "}", "null", ""));
      parts.add(choice(index, "{\"refusal\":" + words(3) + "}", "null", ""));
    }
    if (random.nextInt(5) == 0) {
      parts.add(
          choice(index, "{\"annotations\":[{\"type\":\"url_citation\",\"n\":1}]}", "null", ""));
      parts.add(
          choice(index, "{\"annotations\":[{\"type\":\"url_citation\",\"n\":2}]}", "null", ""));
    }
    if (calls) {
      parts.addAll(calls(index));
    }
    parts.add(
        choice(index, "{}", calls ? "\"tool_calls\"" : "\"stop\"", logprobs ? "null" : "")
            .replace(
                "\"finish", random.nextBoolean() ? "\"matched_stop\":7,\"finish" : "\"finish"));
    return parts;
  }

  private List<String> calls(int index) {
    var lines = new ArrayList<List<String>>();
    for (int call = random.nextInt(3); call >= 0; call--) {
      boolean custom = random.nextInt(4) == 0;
      var kind = custom ? "custom" : "function";
      var fragment = custom ? "input" : "arguments";
      var parts = new ArrayList<String>();
      parts.add(
          call(
              index,
              call,
              ",\"id\":\"call_"
                  + call
                  + "\",\"type\":\""
                  + kind
                  + "\",\""
                  + kind
                  + "\":{\"name\":\"f\",\""
                  + fragment
                  + "\":\"\"}"
                  + (random.nextInt(4) == 0 ? ",\"extra_content\":{\"signature\":\"x\"}" : "")));
      for (int i = random.nextInt(5); i > 0; i--) {
        var repeated = random.nextInt(4) == 0 ? ",\"id\":\"\",\"type\":\"" + kind + "\"" : "";
        parts.add(
            call(
                index,
                call,
                repeated + ",\"" + kind + "\":{\"" + fragment + "\":" + words(2) + "}"));
      }
      lines.add(parts);
    }
    return mixed(lines);
  }

  private static String call(int index, int call, String members) {
    return choice(index, "{\"tool_calls\":[{\"index\":" + call + members + "}]}", "null", "");
  }

  private static String choice(int index, String delta, String finish, String logprobs) {
    return "{\"index\":"
        + index
        + ",\"delta\":"
        + delta
        + (logprobs.isEmpty() ? "" : ",\"logprobs\":" + logprobs)
        + ",\"finish_reason\":"
        + finish
        + "}";
  }

  private String logprobs() {
    return "{\"content\":[{\"token\":"
        + words(1)
        + ",\"logprob\":-0."
        + random.nextInt(999)
        + ",\"bytes\":null,\"top_logprobs\":[]}],\"refusal\":null}";
  }

  /** A text completion. */
  String textStream() {
    int count = 1 + random.nextInt(3);
    boolean logprobs = random.nextBoolean();
    var lines = new ArrayList<List<String>>();
    for (int index = 0; index < count; index++) {
      var parts = new ArrayList<String>();
      for (int i = 1 + random.nextInt(9); i > 0; i--) {
        var probabilities =
            logprobs
                ? "{\"tokens\":[\"a\"],\"token_logprobs\":[-1.0],\"top_logprobs\":[null],\"text_offset\":["
                    + i
                    + "]}"
                : "null";
        parts.add(
            "{\"text\":"
                + words(3)
                + ",\"index\":"
                + index
                + ",\"logprobs\":"
                + probabilities
                + ",\"finish_reason\":"
                + (i == 1 ? "\"stop\"" : "null")
                + "}");
      }
      lines.add(parts);
    }
    return chunks("text_completion", mixed(lines));
  }

  private String chunks(String object, List<String> choices) {
    boolean usage = random.nextBoolean();
    var more = random.nextInt(3) == 0 ? ",\"provider\":\"p\",\"odd\":{\"x\":[true,null]}" : "";
    var head =
        "{\"id\":\"c-"
            + random.nextInt(1000)
            + "\",\"object\":\""
            + object
            + "\",\"created\":17"
            + ",\"model\":\"m\",\"system_fingerprint\":\"fp\""
            + more
            + ",\"choices\":[";
    var stream = new StringBuilder();
    for (var choice : choices) {
      noise(stream, ": keep-alive\n\n");
      stream.append("data: ").append(head).append(choice).append(']');
      stream.append(usage ? ",\"usage\":null" : "");
      stream.append(
          random.nextBoolean() ? ",\"obfuscation\":\"" + "x".repeat(random.nextInt(9)) + "\"" : "");
      stream.append("}\n\n");
    }
    if (usage) {
      stream.append("data: ").append(head).append("],\"usage\":").append(usage()).append("}\n\n");
    }
    return stream.append("data: [DONE]\n\n").toString();
  }

  /** A message of some blocks. */
  String messageStream() {
    var stream = new StringBuilder();
    event(
        stream,
        "message_start",
        ",\"message\":{\"id\":\"msg\",\"type\":\"message\",\"role\":\"assistant\","
            + "\"model\":\"m\",\"content\":[],\"stop_reason\":null,\"stop_sequence\":null,"
            + (random.nextBoolean() ? "\"unheard_of\":[1.50]," : "")
            + "\"usage\":{\"input_tokens\":10,\"cache_read_input_tokens\":0,\"output_tokens\":1,\"service_tier\":\"standard\"}}");
    int blocks = random.nextInt(5);
    for (int index = 0; index < blocks; index++) {
      block(stream, index);
    }
    event(
        stream,
        "message_delta",
        ",\"delta\":{\"stop_reason\":\"end_turn\",\"stop_sequence\":null},\"usage\":{"
            + (random.nextBoolean() ? "\"input_tokens\":11,\"cache_read_input_tokens\":null," : "")
            + "\"output_tokens\":"
            + random.nextInt(99)
            + "}");
    event(stream, "message_stop", "");
    return stream.toString();
  }

  private void block(StringBuilder stream, int index) {
    var place = ",\"index\":" + index;
    switch (random.nextInt(6)) {
      case 0 -> {
        event(
            stream,
            "content_block_start",
            place
                + ",\"content_block\":{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"}");
        deltas(stream, place, "thinking");
        event(
            stream,
            "content_block_delta",
            place + ",\"delta\":{\"type\":\"signature_delta\",\"signature\":\"c2ln\"}");
      }
      case 1 ->
          event(
              stream,
              "content_block_start",
              place + ",\"content_block\":{\"type\":\"redacted_thinking\",\"data\":\"xx\"}");
      case 2 ->
          event(
              stream,
              "content_block_start",
              place
                  + ",\"content_block\":{\"type\":\"web_search_tool_result\",\"tool_use_id\":\"s\",\"content\":[{\"url\":\"u\"}]}");
      case 3, 4 -> {
        var type = random.nextBoolean() ? "tool_use" : "server_tool_use";
        event(
            stream,
            "content_block_start",
            place
                + ",\"content_block\":{\"type\":\""
                + type
                + "\",\"id\":\"t\",\"name\":\"n\",\"input\":{},\"caller\":{\"type\":\"direct\"}}");
        event(
            stream,
            "content_block_delta",
            place + ",\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"\"}");
        for (var piece :
            cut(random.nextInt(4) == 0 ? "" : "{\"a\": " + words(4) + ", \"b\": [1.0, 2e3, {}]}")) {
          event(
              stream,
              "content_block_delta",
              place
                  + ",\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":"
                  + JsonWriter.quote(piece)
                  + "}");
        }
      }
      default -> {
        boolean citations = random.nextBoolean();
        event(
            stream,
            "content_block_start",
            place
                + ",\"content_block\":{\"type\":\"text\",\"text\":\"\""
                + (citations && random.nextBoolean() ? ",\"citations\":[]" : "")
                + "}");
        deltas(stream, place, "text");
        if (citations) {
          event(
              stream,
              "content_block_delta",
              place
                  + ",\"delta\":{\"type\":\"citations_delta\",\"citation\":{\"type\":\"char_location\",\"start\":1}}");
          event(
              stream,
              "content_block_delta",
              place
                  + ",\"delta\":{\"type\":\"citations_delta\",\"citation\":{\"type\":\"char_location\",\"start\":2}}");
        }
      }
    }
    event(stream, "content_block_stop", place);
  }

  private void deltas(StringBuilder stream, String place, String name) {
    for (int i = random.nextInt(8); i > 0; i--) {
      event(
          stream,
          "content_block_delta",
          place + ",\"delta\":{\"type\":\"" + name + "_delta\",\"" + name + "\":" + words(3) + "}");
    }
  }

  private void event(StringBuilder stream, String type, String members) {
    noise(stream, "event: ping\ndata: {\"type\": \"ping\"}\n\n");
    stream
        .append("event: ")
        .append(type)
        .append("\ndata: {\"type\":\"")
        .append(type)
        .append('"')
        .append(members)
        .append(" ".repeat(random.nextInt(4)))
        .append("}\n\n");
  }

  // -- answers ------------------------------------------------------------------------------------

  /** A chat completion. */
  String chat() {
    var choices = new ArrayList<String>();
    for (int index = random.nextInt(3); index >= 0; index--) {
      choices.addFirst(chatChoice(index));
    }
    return whole("chat.completion", choices);
  }

  private String chatChoice(int index) {
    var message = new ArrayList<>(List.of("\"role\":\"assistant\""));
    boolean calls = random.nextInt(3) == 0;
    message.add("\"content\":" + (calls ? "null" : words(60)));
    if (random.nextBoolean()) {
      message.add("\"reasoning_content\":" + words(60));
    }
    if (calls) {
      message.add(
          "\"tool_calls\":[{\"id\":\"a\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":"
              + words(30)
              + "}},{\"id\":\"b\",\"type\":\"custom\",\"custom\":{\"name\":\"g\",\"input\":"
              + words(3)
              + "}}]");
    } else if (random.nextInt(5) == 0) {
      message.add("\"tool_calls\":[]");
      message.add("\"function_call\":{\"name\":\"f\",\"arguments\":" + words(20) + "}");
    }
    message.add("\"refusal\":" + (random.nextInt(4) == 0 ? words(9) : "null"));
    message.add(
        "\"annotations\":"
            + (random.nextBoolean() ? "[]" : "[{\"type\":\"url_citation\"},{\"n\":1.0}]"));
    message.add("\"unheard_of\":{\"a\":[null,1e5]},\"also\":7,\"audio\":null");
    var logprobs =
        random.nextInt(3) == 0
            ? ",\"logprobs\":" + (random.nextBoolean() ? "null" : logprobs())
            : "";
    return "{\"index\":"
        + index
        + ",\"message\":"
        + braces(message)
        + logprobs
        + ",\"finish_reason\":\""
        + (calls ? "tool_calls" : "stop")
        + "\",\"stop_reason\":9}";
  }

  /** A text completion. */
  String text() {
    var choices = new ArrayList<String>();
    for (int index = random.nextInt(3); index >= 0; index--) {
      var logprobs =
          random.nextBoolean()
              ? "null"
              : "{\"tokens\":[\"a\"],\"token_logprobs\":[-1.0],\"more\":null}";
      choices.addFirst(
          "{\"text\":"
              + words(60)
              + ",\"index\":"
              + index
              + ",\"logprobs\":"
              + logprobs
              + ",\"finish_reason\":\"stop\",\"stop_reason\":null}");
    }
    return whole("text_completion", choices);
  }

  private String whole(String object, List<String> choices) {
    return "{ \"id\":\"c\",\"object\":\""
        + object
        + "\",\"created\":17,\"model\":\"m\",\"choices\":["
        + String.join(", ", choices)
        + "]"
        + (random.nextBoolean() ? ",\"usage\":" + usage() : "")
        + ",\"system_fingerprint\":"
        + (random.nextBoolean() ? "null" : "\"fp\"")
        + ",\"more\":[{}]}";
  }

  /** A message. */
  String message() {
    var blocks = new ArrayList<String>();
    for (int i = random.nextInt(5); i > 0; i--) {
      blocks.add(
          switch (random.nextInt(5)) {
            case 0 ->
                "{\"type\":\"thinking\",\"thinking\":" + words(50) + ",\"signature\":\"sig\"}";
            case 1 -> "{\"type\":\"redacted_thinking\",\"data\":\"xx\"}";
            case 2 ->
                "{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"n\",\"input\":"
                    + (random.nextBoolean() ? "{}" : "{\"a\":" + words(40) + ",\"b\":[1.0,null]}")
                    + ",\"caller\":{}}";
            case 3 ->
                "{\"type\":\"server_tool_use\",\"id\":\"t\",\"name\":\"web_search\",\"input\":{\"query\":"
                    + words(4)
                    + "}}";
            default ->
                "{\"type\":\"text\",\"text\":"
                    + words(60)
                    + switch (random.nextInt(4)) {
                      case 0 -> ",\"citations\":[{\"type\":\"a\"},{\"type\":\"b\"}]";
                      case 1 -> ",\"citations\":null";
                      case 2 -> ",\"citations\":[]";
                      default -> "";
                    }
                    + "}";
          });
    }
    return "{\"id\":\"msg\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"m\",\"content\":["
        + String.join(",", blocks)
        + "],\"stop_reason\":\"stop_sequence\",\"stop_sequence\":"
        + words(1)
        + ",\"unheard_of\":{\"a\":1.0},\"usage\":{\"input_tokens\":3,\"cache_creation\":{\"x\":1},\"output_tokens\":"
        + random.nextInt(99)
        + "}}";
  }

  /** A response. */
  String response() {
    var items = new ArrayList<String>();
    for (int i = random.nextInt(5); i > 0; i--) {
      var id = "\"id\":\"i" + i + "\",";
      items.add(
          switch (random.nextInt(4)) {
            case 0 ->
                "{"
                    + id
                    + "\"type\":\"reasoning\",\"summary\":[{\"type\":\"summary_text\",\"text\":"
                    + words(40)
                    + "},{\"type\":\"summary_text\",\"text\":\"\"}]"
                    + (random.nextBoolean()
                        ? ""
                        : ",\"content\":[{\"type\":\"reasoning_text\",\"text\":"
                            + words(9)
                            + "}],\"encrypted_content\":\"e\"")
                    + "}";
            case 1 ->
                "{"
                    + id
                    + "\"type\":\"function_call\",\"status\":\"completed\",\"arguments\":"
                    + words(30)
                    + ",\"call_id\":\"c\",\"name\":\"f\"}";
            case 2 ->
                "{"
                    + id
                    + "\"type\":\"custom_tool_call\",\"status\":\"completed\",\"input\":"
                    + words(30)
                    + ",\"call_id\":\"c\",\"name\":\"f\"}";
            default ->
                "{"
                    + id
                    + "\"type\":\"message\",\"status\":\"completed\",\"content\":[{\"type\":\"output_text\",\"annotations\":"
                    + (random.nextBoolean() ? "[]" : "[{\"type\":\"file_citation\"},{\"n\":2}]")
                    + ",\"logprobs\":"
                    + (random.nextBoolean() ? "[]" : "[{\"token\":\"a\",\"logprob\":-0.50}]")
                    + ",\"text\":"
                    + words(60)
                    + "},"
                    + "{\"type\":\"refusal\",\"refusal\":"
                    + words(5)
                    + "}],\"role\":\"assistant\",\"phase\":\"final\"}";
          });
    }
    return "{\"id\":\"resp\",\"object\":\"response\",\"created_at\":17,\"status\":\"completed\",\"completed_at\":18,\"error\":null,"
        + "\"model\":\"m\",\"output\":["
        + String.join(",", items)
        + "],\"temperature\":1.0,\"unheard_of\":[{}],"
        + "\"usage\":{\"input_tokens\":3,\"output_tokens\":4}}";
  }

  // -- pieces -------------------------------------------------------------------------------------

  private String usage() {
    return "{\"prompt_tokens\":"
        + random.nextInt(99)
        + ",\"completion_tokens\":7,\"details\":{\"cached\":0}}";
  }

  /** Up to that many words, as JSON text. */
  private String words(int most) {
    var text = new StringBuilder();
    for (int i = random.nextInt(most + 1); i > 0; i--) {
      text.append(WORDS.get(random.nextInt(WORDS.size())));
    }
    return JsonWriter.quote(text.toString());
  }

  /** The text in pieces, cut anywhere, even within a character. */
  private List<String> cut(String text) {
    var pieces = new ArrayList<String>();
    int start = 0;
    while (start < text.length()) {
      int end = Math.min(text.length(), start + 1 + random.nextInt(9));
      pieces.add(text.substring(start, end));
      start = end;
    }
    return pieces;
  }

  private void noise(StringBuilder stream, String noise) {
    if (random.nextInt(8) == 0) {
      stream.append(noise);
    }
  }

  /** All lines, each in its order, the next taken from any of them. */
  private List<String> mixed(List<List<String>> lines) {
    var mixed = new ArrayList<String>();
    var turns = new ArrayList<Integer>();
    for (int line = 0; line < lines.size(); line++) {
      turns.addAll(Collections.nCopies(lines.get(line).size(), line));
    }
    Collections.shuffle(turns, random);
    var next = new int[lines.size()];
    turns.forEach(line -> mixed.add(lines.get(line).get(next[line]++)));
    return mixed;
  }

  private static String braces(List<String> members) {
    return "{" + String.join(",", members) + "}";
  }
}

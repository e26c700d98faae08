package io.larder.provider;

import io.larder.json.Json;
import io.larder.json.JsonWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** An answer as {@code messages} of the Anthropic API has it. */
record DemoMessages(DemoText text) implements DemoAnswer {
  DemoMessages(Json.Obj request) {
    this(DemoText.of(request, DemoText.lastUserText(request.items("messages"))));
  }

  /** What {@code messages/count_tokens} answers. */
  static String tokens(Json.Obj request) {
    return "{\"input_tokens\":" + new DemoMessages(request).text().tokensIn() + "}";
  }

  @Override
  public String json() {
    return message(
        "[{\"type\":\"text\",\"text\":" + JsonWriter.quote(text.all()) + "}]",
        "\"end_turn\"",
        text.tokensOut());
  }

  @Override
  public List<String> events() {
    var events = new ArrayList<String>();
    events.add(event("message_start", ",\"message\":" + message("[]", "null", 1)));
    events.add(
        event(
            "content_block_start",
            ",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}"));
    events.add(event("ping", ""));
    for (var word : text.words()) {
      events.add(
          event(
              "content_block_delta",
              ",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":"
                  + JsonWriter.quote(word)
                  + "}"));
    }
    events.add(event("content_block_stop", ",\"index\":0"));
    events.add(
        event(
            "message_delta",
            ",\"delta\":{\"stop_reason\":\"end_turn\",\"stop_sequence\":null},\"usage\":"
                + "{\"output_tokens\":"
                + text.tokensOut()
                + "}"));
    events.add(event("message_stop", ""));
    return events;
  }

  private static String event(String type, String members) {
    return "event: " + type + "\ndata: {\"type\":\"" + type + "\"" + members + "}\n\n";
  }

  private String message(String content, String stopReason, int tokensOut) {
    return String.format(
        Locale.ROOT,
        "{\"id\":\"msg_demo_%s\",\"type\":\"message\",\"role\":\"assistant\",\"model\":%s,"
            + "\"content\":%s,\"stop_reason\":%s,\"stop_sequence\":null,"
            + "\"usage\":{\"input_tokens\":%d,\"output_tokens\":%d}}",
        text.id(),
        JsonWriter.quote(text.model()),
        content,
        stopReason,
        text.tokensIn(),
        tokensOut);
  }
}

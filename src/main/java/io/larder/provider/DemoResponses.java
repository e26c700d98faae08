package io.larder.provider;

import io.larder.json.Json;
import io.larder.json.JsonWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** An answer as {@code responses} of the OpenAI API has it. */
record DemoResponses(DemoText text) implements DemoAnswer {
  private static final String PLACE = "\"output_index\":0,\"content_index\":0";

  DemoResponses(Json.Obj request) {
    this(
        DemoText.of(
            request,
            request.text("input").orElseGet(() -> DemoText.lastUserText(request.items("input")))));
  }

  @Override
  public String json() {
    return response("completed", "[" + item("completed", part(text.all())) + "]", usage());
  }

  @Override
  public List<String> events() {
    var events = new ArrayList<String>();
    var begun = "\"response\":" + response("in_progress", "[]", "null");
    add(events, "response.created", begun);
    add(events, "response.in_progress", begun);
    add(
        events,
        "response.output_item.added",
        "\"output_index\":0,\"item\":" + item("in_progress", ""));
    add(events, "response.content_part.added", inItem("\"part\":" + part("")));
    for (var word : text.words()) {
      add(
          events,
          "response.output_text.delta",
          inItem("\"delta\":" + JsonWriter.quote(word) + ",\"logprobs\":[]"));
    }
    add(
        events,
        "response.output_text.done",
        inItem("\"text\":" + JsonWriter.quote(text.all()) + ",\"logprobs\":[]"));
    add(events, "response.content_part.done", inItem("\"part\":" + part(text.all())));
    add(
        events,
        "response.output_item.done",
        "\"output_index\":0,\"item\":" + item("completed", part(text.all())));
    add(events, "response.completed", "\"response\":" + json());
    return events;
  }

  private static void add(List<String> events, String type, String members) {
    events.add(
        String.format(
            Locale.ROOT,
            "event: %s\ndata: {\"type\":\"%s\",\"sequence_number\":%d,%s}\n\n",
            type,
            type,
            events.size(),
            members));
  }

  private String inItem(String members) {
    return "\"item_id\":\"msg_demo_" + text.id() + "\"," + PLACE + "," + members;
  }

  private String item(String status, String content) {
    return String.format(
        Locale.ROOT,
        "{\"id\":\"msg_demo_%s\",\"type\":\"message\",\"status\":\"%s\",\"role\":\"assistant\","
            + "\"content\":[%s]}",
        text.id(),
        status,
        content);
  }

  private static String part(String text) {
    return "{\"type\":\"output_text\",\"text\":"
        + JsonWriter.quote(text)
        + ",\"annotations\":[],\"logprobs\":[]}";
  }

  private String response(String status, String output, String usage) {
    return String.format(
        Locale.ROOT,
        "{\"id\":\"resp_demo_%s\",\"object\":\"response\",\"created_at\":%d,\"status\":\"%s\","
            + "\"error\":null,\"incomplete_details\":null,\"instructions\":null,\"metadata\":{},"
            + "\"model\":%s,\"output\":%s,\"parallel_tool_calls\":true,\"temperature\":1.0,"
            + "\"tool_choice\":\"auto\",\"tools\":[],\"top_p\":1.0,\"usage\":%s}",
        text.id(),
        DemoText.CREATED,
        status,
        JsonWriter.quote(text.model()),
        output,
        usage);
  }

  private String usage() {
    return String.format(
        Locale.ROOT,
        "{\"input_tokens\":%d,\"input_tokens_details\":{\"cached_tokens\":0},\"output_tokens\":%d,"
            + "\"output_tokens_details\":{\"reasoning_tokens\":0},\"total_tokens\":%d}",
        text.tokensIn(),
        text.tokensOut(),
        text.tokensIn() + text.tokensOut());
  }
}

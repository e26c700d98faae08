package io.larder.provider;

import io.larder.json.Json;
import io.larder.json.JsonWriter;
import java.util.ArrayList;
import java.util.List;

/** An answer as {@code chat/completions} of the OpenAI API has it. */
record DemoChat(DemoText text, boolean withUsage) implements DemoAnswer {
  DemoChat(Json.Obj request) {
    this(
        DemoText.of(request, DemoText.lastUserText(request.items("messages"))),
        DemoUsage.isAsked(request));
  }

  @Override
  public String json() {
    return "{"
        + head("chat.completion")
        + ",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":"
        + JsonWriter.quote(text.all())
        + "},\"finish_reason\":\"stop\"}],"
        + DemoUsage.of(text)
        + "}";
  }

  @Override
  public List<String> events() {
    var chunks = new ArrayList<String>();
    chunks.add(chunk("{\"role\":\"assistant\",\"content\":\"\"}", "null"));
    for (var word : text.words()) {
      chunks.add(chunk("{\"content\":" + JsonWriter.quote(word) + "}", "null"));
    }
    chunks.add(chunk("{}", "\"stop\""));
    if (withUsage) {
      chunks.add(
          "data: {"
              + head("chat.completion.chunk")
              + ",\"choices\":[],"
              + DemoUsage.of(text)
              + "}\n\n");
    }
    chunks.add("data: [DONE]\n\n");
    return chunks;
  }

  private String chunk(String delta, String finishReason) {
    return "data: {"
        + head("chat.completion.chunk")
        + ",\"choices\":[{\"index\":0,\"delta\":"
        + delta
        + ",\"finish_reason\":"
        + finishReason
        + "}]"
        + (withUsage ? ",\"usage\":null" : "")
        + "}\n\n";
  }

  private String head(String object) {
    return "\"id\":\"chatcmpl-demo-"
        + text.id()
        + "\",\"object\":\""
        + object
        + "\",\"created\":"
        + DemoText.CREATED
        + ",\"model\":"
        + JsonWriter.quote(text.model());
  }
}

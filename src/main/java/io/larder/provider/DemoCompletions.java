package io.larder.provider;

import io.larder.json.Json;
import io.larder.json.JsonWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** An answer as {@code completions} of the OpenAI API has it. */
record DemoCompletions(DemoText text, boolean withUsage) implements DemoAnswer {
  DemoCompletions(Json.Obj request) {
    this(DemoText.of(request, prompt(request)), DemoUsage.isAsked(request));
  }

  /** One text, or several, which are answered as one. */
  private static String prompt(Json.Obj request) {
    return request
        .text("prompt")
        .orElseGet(
            () ->
                request.items("prompt").stream()
                    .map(item -> item.asText().orElse(""))
                    .collect(Collectors.joining(" ")));
  }

  @Override
  public String json() {
    return "{" + head() + choices(text.all(), "\"stop\"") + "," + DemoUsage.of(text) + "}";
  }

  @Override
  public List<String> events() {
    var chunks = new ArrayList<String>();
    for (var word : text.words()) {
      chunks.add(chunk(choices(word, "null") + (withUsage ? ",\"usage\":null" : "")));
    }
    chunks.add(chunk(choices("", "\"stop\"") + (withUsage ? ",\"usage\":null" : "")));
    if (withUsage) {
      chunks.add(chunk(",\"choices\":[]," + DemoUsage.of(text)));
    }
    chunks.add("data: [DONE]\n\n");
    return chunks;
  }

  private String chunk(String members) {
    return "data: {" + head() + members + "}\n\n";
  }

  private static String choices(String text, String finishReason) {
    return ",\"choices\":[{\"text\":"
        + JsonWriter.quote(text)
        + ",\"index\":0,\"logprobs\":null,\"finish_reason\":"
        + finishReason
        + "}]";
  }

  private String head() {
    return "\"id\":\"cmpl-demo-"
        + text.id()
        + "\",\"object\":\"text_completion\",\"created\":"
        + DemoText.CREATED
        + ",\"model\":"
        + JsonWriter.quote(text.model());
  }
}

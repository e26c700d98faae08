package io.larder.wire;

import io.larder.json.Json;
import io.larder.json.JsonWriter;
import io.larder.sse.SseFrame;
import java.util.ArrayList;
import java.util.List;

/**
 * The stream of a response of the OpenAI API, item by item. Items and parts that are not known here
 * are refused: which events they have nobody can tell.
 */
final class ResponseStream {
  private static final Json NULL = Json.Literal.NULL;
  private static final Json.Str EMPTY = new Json.Str("");
  private static final Json.Arr NO_ITEMS = new Json.Arr(List.of());

  private final List<SseFrame> frames = new ArrayList<>();

  private ResponseStream() {}

  static List<SseFrame> of(Json.Obj answer) {
    if (!answer.text("status").orElse("").equals("completed")) {
      throw new Lossy("the response is not complete");
    }
    var stream = new ResponseStream();
    var begun = new Json.Member("response", begun(answer));
    stream.event("response.created", List.of(begun));
    stream.event("response.in_progress", List.of(begun));
    var items = answer.items("output");
    for (int i = 0; i < items.size(); i++) {
      stream.item(i, Forms.object(items.get(i)));
    }
    stream.event("response.completed", List.of(new Json.Member("response", answer)));
    return stream.frames;
  }

  private static Json.Obj begun(Json.Obj answer) {
    var begun = answer.with("status", new Json.Str("in_progress")).with("output", NO_ITEMS);
    for (var name : List.of("completed_at", "usage")) {
      if (begun.has(name)) {
        begun = begun.with(name, NULL);
      }
    }
    return begun;
  }

  private void item(int index, Json.Obj item) {
    var output = number("output_index", index);
    var id =
        new Json.Member(
            "item_id",
            new Json.Str(item.text("id").orElseThrow(() -> new Lossy("an item has no id"))));
    event("response.output_item.added", List.of(output, new Json.Member("item", begunItem(item))));
    var place = List.of(id, output);
    switch (item.text("type").orElse("")) {
      case "message" -> parts(place, item);
      case "reasoning" -> {
        summary(place, item);
        parts(place, item);
      }
      case "function_call" ->
          text("response.function_call_arguments", "arguments", place, item, List.of("name"));
      case "custom_tool_call" ->
          text("response.custom_tool_call_input", "input", place, item, List.of());
      default -> throw new Lossy("an unknown item");
    }
    event("response.output_item.done", List.of(output, new Json.Member("item", item)));
  }

  /** An item before its first delta. */
  private static Json.Obj begunItem(Json.Obj item) {
    var begun = item.has("status") ? item.with("status", new Json.Str("in_progress")) : item;
    for (var name : List.of("content", "summary")) {
      if (!begun.items(name).isEmpty()) {
        begun = begun.with(name, NO_ITEMS);
      }
    }
    for (var name : List.of("arguments", "input")) {
      if (begun.text(name).isPresent()) {
        begun = begun.with(name, EMPTY);
      }
    }
    return begun;
  }

  private void parts(List<Json.Member> item, Json.Obj owner) {
    var parts = owner.items("content");
    for (int i = 0; i < parts.size(); i++) {
      part(and(item, number("content_index", i)), Forms.object(parts.get(i)));
    }
  }

  private void part(List<Json.Member> place, Json.Obj part) {
    var type = part.text("type").orElse("");
    var text = type.equals("refusal") ? "refusal" : "text";
    var begun = part.with(text, EMPTY);
    for (var name : List.of("annotations", "logprobs")) {
      if (!begun.items(name).isEmpty()) {
        begun = begun.with(name, NO_ITEMS);
      }
    }
    event("response.content_part.added", and(place, new Json.Member("part", begun)));
    switch (type) {
      case "output_text" -> outputText(place, part);
      case "refusal" -> text("response.refusal", text, place, part, List.of());
      case "reasoning_text" -> text("response.reasoning_text", text, place, part, List.of());
      default -> throw new Lossy("an unknown part");
    }
    event("response.content_part.done", and(place, new Json.Member("part", part)));
  }

  /** Nobody can tell which probability goes with which piece, so with them there is one piece. */
  private void outputText(List<Json.Member> place, Json.Obj part) {
    var text = part.text("text").orElseThrow(() -> new Lossy("a part has no text"));
    boolean hasLogprobs = !part.items("logprobs").isEmpty();
    for (var piece : hasLogprobs ? List.of(text) : Pieces.of(text)) {
      var delta = and(place, new Json.Member("delta", new Json.Str(piece)));
      event("response.output_text.delta", and(delta, logprobs(part)));
    }
    var annotations = part.items("annotations");
    for (int i = 0; i < annotations.size(); i++) {
      var annotation = and(place, number("annotation_index", i));
      event(
          "response.output_text.annotation.added",
          and(annotation, new Json.Member("annotation", annotations.get(i))));
    }
    var done = and(place, new Json.Member("text", new Json.Str(text)));
    event("response.output_text.done", and(done, logprobs(part)));
  }

  private static Json.Member logprobs(Json.Obj part) {
    return new Json.Member("logprobs", new Json.Arr(part.items("logprobs")));
  }

  private void summary(List<Json.Member> item, Json.Obj owner) {
    var parts = owner.items("summary");
    for (int i = 0; i < parts.size(); i++) {
      var part = Forms.object(parts.get(i));
      var place = and(item, number("summary_index", i));
      if (!part.text("type").orElse("").equals("summary_text")) {
        throw new Lossy("an unknown part");
      }
      event(
          "response.reasoning_summary_part.added",
          and(place, new Json.Member("part", part.with("text", EMPTY))));
      text("response.reasoning_summary_text", "text", place, part, List.of());
      event("response.reasoning_summary_part.done", and(place, new Json.Member("part", part)));
    }
  }

  /**
   * A text in pieces, and then at once.
   *
   * @param repeated what the last event repeats of the owner
   */
  private void text(
      String event, String name, List<Json.Member> place, Json.Obj owner, List<String> repeated) {
    var text = owner.text(name).orElseThrow(() -> new Lossy("a text is missing"));
    for (var piece : Pieces.of(text)) {
      event(event + ".delta", and(place, new Json.Member("delta", new Json.Str(piece))));
    }
    var done = new ArrayList<>(and(place, new Json.Member(name, new Json.Str(text))));
    for (var also : repeated) {
      owner.get(also).ifPresent(value -> done.add(new Json.Member(also, value)));
    }
    event(event + ".done", done);
  }

  private static Json.Member number(String name, int value) {
    return new Json.Member(name, new Json.Num(Integer.toString(value)));
  }

  private static List<Json.Member> and(List<Json.Member> members, Json.Member member) {
    var all = new ArrayList<>(members);
    all.add(member);
    return all;
  }

  private void event(String type, List<Json.Member> members) {
    var data = new ArrayList<Json.Member>(members.size() + 2);
    data.add(new Json.Member("type", new Json.Str(type)));
    data.addAll(members);
    data.add(number("sequence_number", frames.size()));
    frames.add(
        Forms.frame(
            "event: " + type + "\ndata: " + JsonWriter.compact(new Json.Obj(data)) + "\n\n"));
  }
}

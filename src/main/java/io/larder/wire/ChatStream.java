package io.larder.wire;

import io.larder.json.Json;
import io.larder.sse.SseFrame;
import java.util.ArrayList;
import java.util.List;

/**
 * The stream of a chat completion, choice by choice: a chunk that opens the message, its texts in
 * pieces, its tool calls in fragments, a chunk that says why it ends.
 */
final class ChatStream {
  private static final Json NULL = Json.Literal.NULL;
  private static final Json.Str EMPTY = new Json.Str("");

  private final Chunks chunks;
  private final Json.Obj choice;
  private final Json.Obj message;

  private ChatStream(Chunks chunks, Json.Obj choice) {
    this.chunks = chunks;
    this.choice = choice;
    this.message = choice.object("message").orElseThrow(() -> new Lossy("a choice has no message"));
  }

  static List<SseFrame> of(Json.Obj answer) {
    var chunks = new Chunks(answer, "chat.completion.chunk");
    for (var item : answer.items("choices")) {
      new ChatStream(chunks, Forms.object(item)).write();
    }
    return chunks.end();
  }

  private void write() {
    opening();
    for (var member : message.members()) {
      if (!member.name().equals("content") && !member.name().equals("refusal")) {
        text(member);
      }
    }
    content();
    message.text("refusal").ifPresent(text -> text(new Json.Member("refusal", new Json.Str(text))));
    var calls = message.items("tool_calls");
    for (int i = 0; i < calls.size(); i++) {
      toolCall(i, Forms.object(calls.get(i)));
    }
    message.object("function_call").ifPresent(this::functionCall);
    closing();
  }

  /** What is not given in pieces, and where the text begins. */
  private void opening() {
    var members = new ArrayList<Json.Member>();
    for (var member : message.members()) {
      var name = member.name();
      boolean isText = member.value() instanceof Json.Str text && !text.equals(EMPTY);
      if (name.equals("role") || !(isText || isCall(member))) {
        members.add(member);
      } else if (name.equals("content")) {
        members.add(new Json.Member(name, EMPTY));
      } else if (name.equals("refusal")) {
        members.add(new Json.Member(name, NULL));
      }
    }
    delta(new Json.Obj(members));
  }

  private static boolean isCall(Json.Member member) {
    return (member.name().equals("tool_calls")
            && member.value() instanceof Json.Arr calls
            && !calls.items().isEmpty())
        || (member.name().equals("function_call") && member.value() instanceof Json.Obj);
  }

  private void text(Json.Member member) {
    if (!member.name().equals("role") && member.value() instanceof Json.Str text) {
      Pieces.of(text.text()).forEach(piece -> delta(member(member.name(), new Json.Str(piece))));
    }
  }

  /** Nobody can tell which probability goes with which piece, so with them there is one piece. */
  private void content() {
    var content = message.text("content").orElse("");
    var logprobs = choice.object("logprobs");
    if (logprobs.isEmpty()) {
      text(new Json.Member("content", new Json.Str(content)));
      return;
    }
    var delta =
        content.isEmpty() ? new Json.Obj(List.of()) : member("content", new Json.Str(content));
    chunk(delta, logprobs.get());
  }

  private void toolCall(int index, Json.Obj call) {
    var place = new Json.Member("index", new Json.Num(Integer.toString(index)));
    var members = new ArrayList<Json.Member>();
    members.add(place);
    for (var member : call.members()) {
      members.add(new Json.Member(member.name(), begun(member)));
    }
    toolCall(new Json.Obj(members));
    for (var member : call.members()) {
      if (member.value() instanceof Json.Obj nested) {
        for (var fragment : Pieces.of(nested.text(fragmented(member.name())).orElse(""))) {
          var piece = member(fragmented(member.name()), new Json.Str(fragment));
          toolCall(new Json.Obj(List.of(place, new Json.Member(member.name(), piece))));
        }
      }
    }
  }

  private void toolCall(Json.Obj call) {
    delta(member("tool_calls", new Json.Arr(List.of(call))));
  }

  /** The member without what comes in fragments. */
  private static Json begun(Json.Member member) {
    var fragmented = fragmented(member.name());
    return member.value() instanceof Json.Obj nested && nested.text(fragmented).isPresent()
        ? nested.with(fragmented, EMPTY)
        : member.value();
  }

  /** Which member of a call's member comes in fragments; empty = none. */
  private static String fragmented(String name) {
    return switch (name) {
      case "function" -> "arguments";
      case "custom" -> "input";
      default -> "";
    };
  }

  private void functionCall(Json.Obj call) {
    delta(member("function_call", begun(new Json.Member("function", call))));
    for (var fragment : Pieces.of(call.text("arguments").orElse(""))) {
      delta(member("function_call", member("arguments", new Json.Str(fragment))));
    }
  }

  private void closing() {
    var last = new ArrayList<Json.Member>();
    for (var member : choice.members()) {
      switch (member.name()) {
        case "message" -> last.add(new Json.Member("delta", new Json.Obj(List.of())));
        case "logprobs" -> last.add(new Json.Member("logprobs", NULL));
        default -> last.add(member);
      }
    }
    chunks.add(new Json.Obj(last));
  }

  private void delta(Json.Obj delta) {
    chunk(delta, NULL);
  }

  private void chunk(Json.Obj delta, Json logprobs) {
    var part = new ArrayList<Json.Member>();
    part.add(new Json.Member("index", choice.get("index").orElse(NULL)));
    part.add(new Json.Member("delta", delta));
    if (choice.get("logprobs").isPresent()) {
      part.add(new Json.Member("logprobs", logprobs));
    }
    part.add(new Json.Member("finish_reason", NULL));
    chunks.add(new Json.Obj(part));
  }

  private static Json.Obj member(String name, Json value) {
    return new Json.Obj(List.of(new Json.Member(name, value)));
  }
}

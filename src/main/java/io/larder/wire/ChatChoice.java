package io.larder.wire;

import io.larder.json.Json;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Puts one choice of a chat completion together from the deltas of its chunks. */
final class ChatChoice implements ChunkFold.Choice {
  // keep the place of what is put together until it is
  private static final Json NO_ITEMS = new Json.Arr(List.of());
  private static final Json NO_MEMBERS = new Json.Obj(List.of());

  private final Draft choice = new Draft();
  private final Draft message = new Draft();
  private final Draft functionCall = new Draft();
  private final SortedMap<Integer, Call> calls = new TreeMap<>();
  private final Logprobs logprobs = new Logprobs();

  @Override
  public void add(Json.Obj part) {
    for (var member : part.members()) {
      switch (member.name()) {
        case "delta" -> delta(member.value());
        case "logprobs" -> logprobs.add(member.value());
        case "content_filter_results" -> filtered(member);
        default -> choice.agree(member.name(), member.value());
      }
    }
  }

  /** Azure's chunks bring them empty where there are none. */
  private void filtered(Json.Member results) {
    if (!results.value().equals(NO_MEMBERS) || !choice.mentions(results.name())) {
      if (choice.get(results.name()).filter(NO_MEMBERS::equals).isPresent()) {
        choice.set(results.name(), results.value());
      } else {
        choice.agree(results.name(), results.value());
      }
    }
  }

  private void delta(Json value) {
    if (value == Json.Literal.NULL) {
      return;
    }
    for (var member : Forms.object(value).members()) {
      var name = member.name();
      switch (name) {
        case "role" -> message.agree(name, member.value());
        case "tool_calls" -> toolCalls(member.value());
        case "function_call" -> function(name, member.value());
        case "annotations" -> annotations(name, member.value());
        case "audio" -> audio(name, member.value());
        default -> message.merge(name, member.value());
      }
    }
  }

  private void toolCalls(Json value) {
    if (value == Json.Literal.NULL) {
      message.agree("tool_calls", value);
      return;
    }
    message.set("tool_calls", NO_ITEMS);
    for (var item : Forms.array(value).items()) {
      var call = Forms.object(item);
      calls.computeIfAbsent(Forms.index(call), index -> new Call()).add(call);
    }
  }

  /** What tool calls were before there were several. */
  private void function(String name, Json value) {
    if (value == Json.Literal.NULL) {
      message.agree(name, value);
    } else {
      message.set(name, NO_MEMBERS);
      Call.fragments(functionCall, Forms.object(value), "arguments");
    }
  }

  /** Each comes whole. */
  private void annotations(String name, Json value) {
    if (value == Json.Literal.NULL) {
      message.agree(name, value);
    } else {
      message.extend(name, Forms.array(value));
    }
  }

  /** Its pieces of base64 are encoded each by itself; nobody has said how they join. */
  private void audio(String name, Json value) {
    if (value != Json.Literal.NULL) {
      throw new Lossy("audio is not put together");
    }
    message.agree(name, value);
  }

  @Override
  public Json.Obj whole() {
    if (choice.get("finish_reason").isEmpty() || message.get("role").isEmpty()) {
      throw new Lossy("a choice is incomplete");
    }
    if (!calls.isEmpty()) {
      message.set(
          "tool_calls", new Json.Arr(calls.values().stream().<Json>map(Call::whole).toList()));
    }
    if (message.get("function_call").isPresent()) {
      message.set("function_call", functionCall.object("name", "arguments"));
    }
    if (!message.mentions("content")) {
      message.set("content", Json.Literal.NULL);
    }
    choice.set(
        "message", message.object("role", "content", "tool_calls", "refusal", "annotations"));
    logprobs.putInto(choice);
    return choice.object("index", "message", "logprobs", "finish_reason");
  }

  /** One call of a tool. */
  private static final class Call {
    private final Draft call = new Draft();
    private final Draft function = new Draft();
    private final Draft custom = new Draft();

    void add(Json.Obj part) {
      for (var member : part.members()) {
        var name = member.name();
        switch (name) {
          case "index" -> {
            // the place among the calls, which is all it says
          }
          case "function" -> nested(name, function, member.value(), "arguments");
          case "custom" -> nested(name, custom, member.value(), "input");
          default -> call.repeat(name, member.value());
        }
      }
    }

    private void nested(String name, Draft draft, Json value, String fragmented) {
      if (value == Json.Literal.NULL) {
        call.agree(name, value);
      } else {
        call.set(name, NO_MEMBERS);
        fragments(draft, Forms.object(value), fragmented);
      }
    }

    /** Adds members, of which one comes in fragments. */
    static void fragments(Draft draft, Json.Obj part, String fragmented) {
      for (var member : part.members()) {
        if (member.name().equals(fragmented) && member.value() instanceof Json.Str fragment) {
          draft.append(fragmented, fragment.text());
        } else {
          draft.repeat(member.name(), member.value());
        }
      }
    }

    Json.Obj whole() {
      if (call.get("function").isPresent()) {
        call.set("function", function.object("name", "arguments"));
      }
      if (call.get("custom").isPresent()) {
        call.set("custom", custom.object("name", "input"));
      }
      return call.object("id", "type", "function", "custom");
    }
  }
}

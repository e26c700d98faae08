package io.larder.wire;

import io.larder.json.Json;
import io.larder.sse.SseFrame;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Puts a message of the Anthropic API together from the events of its stream. Blocks, deltas and
 * events that are not known here are refused: how they change the message nobody can tell.
 */
final class MessageFold {
  private final Draft message = new Draft();
  private final Draft usage = new Draft();
  private final List<Json> blocks = new ArrayList<>();
  private boolean hasStarted;
  private boolean hasStopped;
  private MessageBlock open = MessageBlock.NONE;

  /**
   * The message.
   *
   * @throws Lossy if the stream is incomplete, or holds what cannot be placed
   */
  Json.Obj of(List<SseFrame> frames) {
    for (var event : Event.all(frames)) {
      add(event.type(), event.object());
    }
    if (!hasStopped || message.get("stop_reason").isEmpty()) {
      throw new Lossy("the message has no end");
    }
    message.set("content", new Json.Arr(blocks));
    if (message.get("usage").isPresent()) {
      message.set("usage", usage.object());
    }
    return message.object();
  }

  private void add(String type, Json.Obj event) {
    if (type.equals("ping")) {
      return;
    }
    if (hasStopped || hasStarted == type.equals("message_start")) {
      throw new Lossy("an event out of order");
    }
    switch (type) {
      case "message_start" -> start(event);
      case "content_block_start" -> startBlock(event);
      case "content_block_delta" -> {
        requireMembers(event, Set.of("type", "index", "delta"));
        requireOpen(event);
        open.add(member(event, "delta"));
      }
      case "content_block_stop" -> {
        requireMembers(event, Set.of("type", "index"));
        requireOpen(event);
        blocks.add(open.whole());
        open = MessageBlock.NONE;
      }
      case "message_delta" -> change(event);
      case "message_stop" -> stop(event);
      default -> throw new Lossy("an unknown event");
    }
  }

  private void start(Json.Obj event) {
    requireMembers(event, Set.of("type", "message"));
    hasStarted = true;
    for (var member : member(event, "message").members()) {
      message.set(member.name(), member.value());
    }
    if (!new Json.Arr(List.of()).equals(message.get("content").orElse(Json.Literal.NULL))) {
      throw new Lossy("a message starts with content");
    }
    message.get("usage").ifPresent(this::count);
  }

  private void startBlock(Json.Obj event) {
    requireMembers(event, Set.of("type", "index", "content_block"));
    if (open != MessageBlock.NONE || Forms.index(event) != blocks.size()) {
      throw new Lossy("a block out of order");
    }
    open = MessageBlock.of(member(event, "content_block"));
  }

  private void requireOpen(Json.Obj event) {
    if (open == MessageBlock.NONE || Forms.index(event) != blocks.size()) {
      throw new Lossy("a block that is not open");
    }
  }

  private void change(Json.Obj event) {
    requireMembers(event, Set.of("type", "delta", "usage", MessageStream.CONTEXT));
    for (var member : member(event, "delta").members()) {
      if (member.name().equals("content") || member.name().equals("usage")) {
        throw new Lossy("a delta of what has events of its own");
      }
      message.set(member.name(), member.value());
    }
    event.get(MessageStream.CONTEXT).ifPresent(edits -> message.set(MessageStream.CONTEXT, edits));
    if (event.has("usage")) {
      count(member(event, "usage"));
    }
  }

  /** A later count includes the earlier one; what it leaves out has not changed. */
  private void count(Json value) {
    for (var member : Forms.object(value).members()) {
      if (member.value() != Json.Literal.NULL || !usage.mentions(member.name())) {
        usage.set(member.name(), member.value());
      }
    }
    message.set("usage", value);
  }

  private void stop(Json.Obj event) {
    requireMembers(event, Set.of("type"));
    if (open != MessageBlock.NONE) {
      throw new Lossy("a block has no end");
    }
    hasStopped = true;
  }

  private static Json.Obj member(Json.Obj event, String name) {
    return Forms.object(event.get(name).orElse(Json.Literal.NULL));
  }

  private static void requireMembers(Json.Obj event, Set<String> known) {
    if (!event.without(known).members().isEmpty()) {
      throw new Lossy("an event has an unknown member");
    }
  }
}

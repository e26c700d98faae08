package io.larder.wire;

import io.larder.json.Json;
import io.larder.json.JsonWriter;
import io.larder.sse.SseFrame;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The stream of a message of the Anthropic API, block by block. */
final class MessageStream {
  private static final Json NULL = Json.Literal.NULL;
  private static final Json.Str EMPTY = new Json.Str("");

  /** What is known of a message only when it ends. */
  private static final Set<String> AT_THE_END =
      Set.of("stop_reason", "stop_sequence", "stop_details");

  /**
   * What was left out of the request; told beside the delta of the message's end.
   *
   * @see <a href="https://docs.claude.com/en/docs/build-with-claude/context-editing">Anthropic,
   *     context editing</a>
   */
  static final String CONTEXT = "context_management";

  private final List<SseFrame> frames = new ArrayList<>();

  private MessageStream() {}

  static List<SseFrame> of(Json.Obj answer) {
    var stream = new MessageStream();
    stream.start(answer);
    var blocks = answer.items("content");
    for (int i = 0; i < blocks.size(); i++) {
      stream.block(new Json.Num(Integer.toString(i)), Forms.object(blocks.get(i)));
    }
    stream.end(answer);
    return stream.frames;
  }

  private void start(Json.Obj answer) {
    var message = answer.with("content", new Json.Arr(List.of()));
    for (var member : answer.members()) {
      if (AT_THE_END.contains(member.name()) || member.name().equals(CONTEXT)) {
        message = message.with(member.name(), NULL);
      }
    }
    var usage = message.object("usage");
    if (usage.isPresent() && usage.get().has("output_tokens")) {
      // none have been written when a message starts
      message = message.with("usage", usage.get().with("output_tokens", new Json.Num("0")));
    }
    event("message_start", new Json.Member("message", message));
  }

  private void block(Json.Num index, Json.Obj block) {
    var type = block.text("type").orElse("");
    if (!MessageBlock.isKnown(type)) {
      throw new Lossy("an unknown block");
    }
    var place = new Json.Member("index", index);
    event("content_block_start", place, new Json.Member("content_block", begun(type, block)));
    switch (type) {
      case "text" -> {
        texts(place, "text_delta", "text", block);
        for (var citation : block.items("citations")) {
          delta(place, "citations_delta", "citation", citation);
        }
      }
      case "thinking" -> {
        texts(place, "thinking_delta", "thinking", block);
        block
            .text("signature")
            .ifPresent(text -> delta(place, "signature_delta", "signature", new Json.Str(text)));
      }
      default ->
          block
              .object("input")
              .filter(any -> MessageBlock.hasInput(type))
              .ifPresent(input -> input(place, input));
    }
    event("content_block_stop", place);
  }

  /** A block before its first delta. */
  private static Json.Obj begun(String type, Json.Obj block) {
    if (MessageBlock.hasInput(type) && block.object("input").isPresent()) {
      return block.with("input", new Json.Obj(List.of()));
    }
    return switch (type) {
      case "text" -> {
        var begun = block.text("text").isPresent() ? block.with("text", EMPTY) : block;
        yield block.items("citations").isEmpty()
            ? begun
            : begun.with("citations", new Json.Arr(List.of()));
      }
      case "thinking" -> {
        var begun = block.text("thinking").isPresent() ? block.with("thinking", EMPTY) : block;
        yield block.text("signature").isPresent() ? begun.with("signature", EMPTY) : begun;
      }
      default -> block;
    };
  }

  private void texts(Json.Member place, String type, String name, Json.Obj block) {
    for (var piece : Pieces.of(block.text(name).orElse(""))) {
      delta(place, type, name, new Json.Str(piece));
    }
  }

  /** The first fragment of an input is empty. */
  private void input(Json.Member place, Json.Obj input) {
    delta(place, "input_json_delta", "partial_json", EMPTY);
    if (!input.members().isEmpty()) {
      for (var piece : Pieces.of(JsonWriter.compact(input))) {
        delta(place, "input_json_delta", "partial_json", new Json.Str(piece));
      }
    }
  }

  private void delta(Json.Member place, String type, String name, Json value) {
    var delta =
        new Json.Obj(
            List.of(new Json.Member("type", new Json.Str(type)), new Json.Member(name, value)));
    event("content_block_delta", place, new Json.Member("delta", delta));
  }

  private void end(Json.Obj answer) {
    var changed =
        answer.members().stream().filter(member -> AT_THE_END.contains(member.name())).toList();
    var members = new ArrayList<Json.Member>();
    members.add(new Json.Member("delta", new Json.Obj(changed)));
    answer.object("usage").ifPresent(usage -> members.add(new Json.Member("usage", usage)));
    answer.get(CONTEXT).ifPresent(edits -> members.add(new Json.Member(CONTEXT, edits)));
    event("message_delta", members.toArray(Json.Member[]::new));
    event("message_stop");
  }

  private void event(String type, Json.Member... members) {
    var data = new ArrayList<Json.Member>();
    data.add(new Json.Member("type", new Json.Str(type)));
    data.addAll(List.of(members));
    frames.add(
        Forms.frame(
            "event: " + type + "\ndata: " + JsonWriter.compact(new Json.Obj(data)) + "\n\n"));
  }
}

package io.larder.wire;

import io.larder.json.Json;
import io.larder.json.JsonException;
import io.larder.json.JsonText;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;

/** A block of a message of the Anthropic API that is put together from its deltas. */
final class MessageBlock {
  /** Stands for no block. */
  static final MessageBlock NONE = new MessageBlock("", new Json.Obj(List.of()));

  /** Blocks whose {@code input} comes as fragments of JSON text. */
  private static final Set<String> WITH_INPUT = Set.of("tool_use", "server_tool_use");

  /** Blocks that come whole, or whose texts come in pieces. */
  private static final Set<String> OTHERS =
      Set.of("text", "thinking", "redacted_thinking", "web_search_tool_result");

  private final String type;
  private final Draft block = new Draft();
  private final StringBuilder input = new StringBuilder();

  private MessageBlock(String type, Json.Obj start) {
    this.type = type;
    for (var member : start.members()) {
      begin(member);
    }
  }

  /**
   * A block as its first event has it.
   *
   * @throws Lossy if it is of a kind that is not known here
   */
  static MessageBlock of(Json.Obj start) {
    var type = start.text("type").orElse("");
    if (!isKnown(type)) {
      throw new Lossy("an unknown block");
    }
    return new MessageBlock(type, start);
  }

  /** Whether blocks of that type can be made and put together. */
  static boolean isKnown(String type) {
    return hasInput(type) || OTHERS.contains(type);
  }

  /** Whether blocks of that type have an {@code input}. */
  static boolean hasInput(String type) {
    return WITH_INPUT.contains(type);
  }

  /** Texts that deltas go on with must be able to grow. */
  private void begin(Json.Member member) {
    var name = member.name();
    boolean grows =
        (type.equals("text") && name.equals("text"))
            || (type.equals("thinking") && name.equals("thinking"));
    if (grows && member.value() instanceof Json.Str text) {
      block.append(name, text.text());
    } else if (name.equals("citations") && member.value() instanceof Json.Arr citations) {
      block.extend(name, citations);
    } else {
      block.set(name, member.value());
    }
  }

  /**
   * Adds a delta.
   *
   * @throws Lossy if it is of a kind that is not known here, or not for this block
   */
  void add(Json.Obj delta) {
    switch (delta.text("type").orElse("") + " of " + type) {
      case "text_delta of text" -> block.append("text", text(delta, "text"));
      case "citations_delta of text" -> block.extend("citations", only(delta, "citation"));
      case "thinking_delta of thinking" -> block.append("thinking", text(delta, "thinking"));
      case "signature_delta of thinking" ->
          block.repeat("signature", new Json.Str(text(delta, "signature")));
      case "input_json_delta of tool_use", "input_json_delta of server_tool_use" ->
          input.append(text(delta, "partial_json"));
      default -> throw new Lossy("an unknown delta");
    }
  }

  private static String text(Json.Obj delta, String name) {
    return only(delta, name).items().getFirst().asText().orElseThrow(() -> new Lossy("no text"));
  }

  /** The one member that a delta has beside its type. */
  private static Json.Arr only(Json.Obj delta, String name) {
    var value = delta.get(name).orElseThrow(() -> new Lossy("a delta without its member"));
    if (delta.members().size() != 2) {
      throw new Lossy("a delta has an unknown member");
    }
    return new Json.Arr(List.of(value));
  }

  /** All of the block. */
  Json.Obj whole() {
    if (!input.isEmpty()) {
      requireEmptyInput();
      block.set("input", parsed(input.toString()));
    }
    return block.object();
  }

  private void requireEmptyInput() {
    if (!new Json.Obj(List.of()).equals(block.get("input").orElse(Json.Literal.NULL))) {
      throw new Lossy("an input comes twice");
    }
  }

  private static Json.Obj parsed(String input) {
    try {
      return JsonText.parse(input.getBytes(StandardCharsets.UTF_8)).object();
    } catch (JsonException malformed) {
      throw new Lossy("an input is no JSON object");
    }
  }
}

package io.larder.wire;

import io.larder.json.Json;

/** Puts one choice of a text completion together. */
final class TextChoice implements ChunkFold.Choice {
  private final Draft choice = new Draft();
  private final Logprobs logprobs = new Logprobs();

  @Override
  public void add(Json.Obj part) {
    for (var member : part.members()) {
      var name = member.name();
      if (name.equals("text") && member.value() instanceof Json.Str piece) {
        choice.append(name, piece.text());
      } else if (name.equals("logprobs")) {
        logprobs.add(member.value());
      } else {
        choice.agree(name, member.value());
      }
    }
  }

  @Override
  public Json.Obj whole() {
    if (choice.get("finish_reason").isEmpty() || choice.get("text").isEmpty()) {
      throw new Lossy("a choice is incomplete");
    }
    logprobs.putInto(choice);
    return choice.object("text", "index", "logprobs", "finish_reason");
  }
}

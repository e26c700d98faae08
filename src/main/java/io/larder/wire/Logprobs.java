package io.larder.wire;

import io.larder.json.Json;

/**
 * Puts the probabilities of tokens together: arrays go on where the chunk before ended, whatever
 * they are called.
 */
final class Logprobs {
  private static final String NAME = "logprobs";

  private final Draft arrays = new Draft();
  private boolean isMentioned;
  private boolean isGiven;

  /** Adds what a chunk has of them. */
  void add(Json value) {
    isMentioned = true;
    if (value == Json.Literal.NULL) {
      return;
    }
    isGiven = true;
    for (var member : Forms.object(value).members()) {
      if (member.value() instanceof Json.Arr items) {
        arrays.extend(member.name(), items);
      } else {
        arrays.agree(member.name(), member.value());
      }
    }
  }

  /** Adds all of them to a choice, if any chunk had them. */
  void putInto(Draft choice) {
    if (isMentioned) {
      choice.set(NAME, isGiven ? arrays.object() : Json.Literal.NULL);
    }
  }
}

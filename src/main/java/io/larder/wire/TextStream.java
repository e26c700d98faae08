package io.larder.wire;

import io.larder.json.Json;
import io.larder.sse.SseFrame;
import java.util.List;

/** The stream of a text completion. */
final class TextStream {
  private TextStream() {}

  static List<SseFrame> of(Json.Obj answer) {
    var chunks = new Chunks(answer, OpenAiCompletions.OBJECT);
    for (var item : answer.items("choices")) {
      var last = Forms.object(item);
      var text = last.text("text").orElseThrow(() -> new Lossy("a choice has no text"));
      boolean hasLogprobs = last.object("logprobs").isPresent();
      // nobody can tell which probability goes with which piece, so there is one piece
      var pieces = hasLogprobs ? List.of(text) : Pieces.of(text);
      for (var piece : pieces) {
        chunks.add(last.with("text", new Json.Str(piece)).with("finish_reason", Json.Literal.NULL));
      }
      last = last.with("text", new Json.Str(""));
      chunks.add(hasLogprobs ? last.with("logprobs", Json.Literal.NULL) : last);
    }
    return chunks.end();
  }
}

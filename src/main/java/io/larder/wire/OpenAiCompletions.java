package io.larder.wire;

import io.larder.json.Json;
import io.larder.model.Wire;
import io.larder.sse.SseFrame;
import java.util.List;
import java.util.Optional;

/**
 * Text completions of the OpenAI API, which other servers offer still. Streams are as those of
 * {@link OpenAiChat}, of chunks that are whole answers in small.
 *
 * @see <a href="https://platform.openai.com/docs/api-reference/completions/create">OpenAI, create
 *     completion</a>
 */
public final class OpenAiCompletions implements WireFormat {
  static final String OBJECT = "text_completion";

  @Override
  public Wire wire() {
    return Wire.OPENAI_COMPLETIONS;
  }

  @Override
  public WireRequest parse(byte[] body) {
    var text = WireRequest.read(body);
    var object = text.object();
    var prompt = object.get("prompt").orElse(Json.Literal.NULL);
    if (!(prompt instanceof Json.Str) && object.items("prompt").isEmpty()) {
      throw new BadRequest("prompt", "prompt must be a string, or an array of at least one prompt");
    }
    return WireRequest.of(
        text,
        new WireRequest.Traits(
            true, OpenAi.isStateful(object), WireRequest.isColdOrSeeded(object), OpenAi.OMITTED));
  }

  @Override
  public Sign read(SseFrame frame) {
    return OpenAi.readChunk(frame);
  }

  @Override
  public Sign read(byte[] answer) {
    return OpenAi.readAnswer(answer);
  }

  @Override
  public Optional<byte[]> fold(List<SseFrame> frames) {
    return Forms.folded(() -> new ChunkFold(OBJECT, OBJECT, TextChoice::new).of(frames));
  }

  @Override
  public Optional<List<SseFrame>> render(byte[] answer) {
    return Forms.rendered(this, answer, TextStream::of);
  }

  @Override
  public byte[] error(int status, String code, String param, String message) {
    return OpenAi.error(status, code, param, message);
  }

  @Override
  public byte[] errorEvent(String code, String message) {
    return OpenAi.errorEvent(code, message);
  }
}

package io.larder.wire;

import io.larder.model.Wire;
import io.larder.sse.SseFrame;
import java.util.List;
import java.util.Optional;

/**
 * Chat completions of the OpenAI API. A stream has no event names, and ends with {@code [DONE]}.
 *
 * @see <a href="https://platform.openai.com/docs/api-reference/chat/create">OpenAI, create chat
 *     completion</a>
 */
public final class OpenAiChat implements WireFormat {
  @Override
  public Wire wire() {
    return Wire.OPENAI_CHAT;
  }

  @Override
  public WireRequest parse(byte[] body) {
    var text = WireRequest.read(body);
    var object = text.object();
    if (object.items("messages").isEmpty()) {
      throw new BadRequest("messages", "messages must be an array of at least one message");
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
    return Forms.folded(
        () ->
            new ChunkFold("chat.completion.chunk", "chat.completion", ChatChoice::new).of(frames));
  }

  @Override
  public Optional<List<SseFrame>> render(byte[] answer) {
    return Forms.rendered(this, answer, ChatStream::of);
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

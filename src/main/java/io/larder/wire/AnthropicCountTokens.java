package io.larder.wire;

import io.larder.json.Json;
import io.larder.json.JsonException;
import io.larder.json.JsonText;
import io.larder.model.Wire;
import io.larder.sse.SseFrame;
import java.util.List;
import java.util.Optional;

/**
 * How many tokens a message of the Anthropic API would have. The count itself costs none, and never
 * comes as a stream.
 *
 * @see <a href="https://docs.anthropic.com/en/api/messages-count-tokens">Anthropic, count
 *     tokens</a>
 */
public final class AnthropicCountTokens implements WireFormat {
  @Override
  public Wire wire() {
    return Wire.ANTHROPIC_COUNT_TOKENS;
  }

  @Override
  public WireRequest parse(byte[] body) {
    var text = WireRequest.read(body);
    var object = Anthropic.requireMessages(text.object());
    WireRequest.requireNoStream(object);
    // a count is the same each time
    return WireRequest.of(
        text, new WireRequest.Traits(false, Anthropic.isStateful(object), true, Anthropic.OMITTED));
  }

  /** There are no streams of this format. */
  @Override
  public Sign read(SseFrame frame) {
    return Sign.NOTHING;
  }

  @Override
  public Sign read(byte[] answer) {
    Json.Obj object;
    try {
      object = JsonText.parse(answer).object();
    } catch (JsonException foreign) {
      return Sign.NOT_JSON;
    }
    if (object.has("error")) {
      return Sign.ERROR;
    }
    boolean counts = object.get("input_tokens").orElse(Json.Literal.NULL) instanceof Json.Num;
    return counts ? Sign.END : Sign.INCOMPLETE;
  }

  @Override
  public Optional<byte[]> fold(List<SseFrame> frames) {
    return Optional.empty();
  }

  @Override
  public Optional<List<SseFrame>> render(byte[] answer) {
    return Optional.empty();
  }

  @Override
  public byte[] error(int status, String code, String param, String message) {
    return Anthropic.error(status, code, param, message);
  }

  @Override
  public byte[] errorEvent(String code, String message) {
    return Anthropic.errorEvent(code, message);
  }
}

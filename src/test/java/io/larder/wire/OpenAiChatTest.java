package io.larder.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.sse.SseFrame;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** What chat answers say, and what a client that asked for no usage gets to see. */
final class OpenAiChatTest {
  private static final String DONE = "data: [DONE]\n\n";

  @Test
  void read_usageNotAskedFor_isHidden() {
    assertThat(shown("data: {\"a\":1,\"usage\":null}\n\n")).isEqualTo("data: {\"a\":1}\n\n");
    assertThat(shown("data:{\"usage\":null,\"a\":1}\r\n\r\n")).isEqualTo("data:{\"a\":1}\r\n\r\n");
    assertThat(shown("data: {\"choices\":[],\"usage\":{\"prompt_tokens\":3}}\n\n")).isEmpty();
    // usage beside content was not asked for by Larder: the provider sends it to everybody
    var both = "data: {\"choices\":[{}],\"usage\":{\"prompt_tokens\":3}}\n\n";
    assertThat(shown(both)).isEqualTo(both);
    var spoken = "data: {\"choices\":[{\"delta\":{\"content\":\"\\\"usage\\\":null\"}}]}\n\n";
    assertThat(shown(spoken)).isEqualTo(spoken);
    assertThat(shown(DONE)).isEqualTo(DONE);
    assertThat(shown(": \"usage\"\n\n")).isEqualTo(": \"usage\"\n\n");
  }

  private static String shown(String text) {
    var frame = new SseFrame(text.getBytes(StandardCharsets.UTF_8));
    var cut = new OpenAiChat().read(frame).hidden();
    return new String(cut.of(frame.bytes()), StandardCharsets.UTF_8);
  }
}

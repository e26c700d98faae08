package io.larder.inference;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.model.Usage;
import io.larder.sse.SseFrame;
import io.larder.wire.OpenAiChat;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which streams are fit to be kept. */
final class VerdictTest {
  private static final String PART = "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n";
  private static final String OPEN =
      "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"},\"finish_reason\":null}]}\n\n";
  private static final String STOP =
      "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";
  private static final String DONE = "data: [DONE]\n\n";

  @Test
  void isFit_partsAndEnd_is() {
    var verdict = verdict(": ping\n\n", PART, DONE);

    assertThat(verdict.hasEnded()).isTrue();
    assertThat(verdict.isFit()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "data: {\"error\":{\"message\":\"x\"}}\n\n",
        "event: error\ndata: {\"message\":\"x\"}\n\n",
        "data: {\"choices\":[{\"finish_reason\":\"length\"}]}\n\n",
        "data: {\"choices\":[{\"finish_reason\":\"stop\"},{\"finish_reason\":\"content_filter\"}]}\n\n"
      })
  void isFit_errorOrCutShort_isNot(String frame) {
    assertThat(verdict(PART, frame, DONE).isFit()).isFalse();
    assertThat(verdict(PART, frame, PART, DONE).isFit()).isFalse();
  }

  @Test
  void isFit_choiceToldToBeUnfinished_isNot() {
    assertThat(verdict(OPEN, DONE).isFit()).isFalse();
    assertThat(verdict(OPEN, STOP, DONE).isFit()).isTrue();
    var second = "data: {\"choices\":[{\"index\":1,\"delta\":{},\"finish_reason\":null}]}\n\n";
    assertThat(verdict(OPEN, second, STOP, DONE).isFit()).isFalse();
  }

  @Test
  void isFit_brokenJsonInTheMiddle_isNot() {
    assertThat(verdict(OPEN, "data: {\"id\":\"x\",\"choi\n\n", STOP, DONE).isFit()).isFalse();
  }

  @Test
  void isFit_withoutEndOrContent_isNot() {
    assertThat(verdict(PART, PART).isFit()).isFalse();
    assertThat(verdict(DONE).isFit()).isFalse();
  }

  @Test
  void usage_reported_isNoted() {
    var usage =
        "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4}}\n\n";

    assertThat(verdict(PART, usage, DONE).usage()).isEqualTo(new Usage(3, 4));
  }

  private static Verdict verdict(String... frames) {
    var verdict = new Verdict(new OpenAiChat());
    for (var frame : frames) {
      verdict.add(new SseFrame(frame.getBytes(StandardCharsets.UTF_8)));
    }
    return verdict;
  }
}

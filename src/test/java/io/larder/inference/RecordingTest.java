package io.larder.inference;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.model.Usage;
import io.larder.sse.SseFrame;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which streams are fit to be kept, and what a client that asked for no usage gets to see. */
final class RecordingTest {
  private static final String PART = "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n";
  private static final String DONE = "data: [DONE]\n\n";

  @Test
  void complete_partsAndEnd_isTheStream() {
    var recording = record(1000, ": ping\n\n", PART, DONE);

    assertThat(recording.hasEnded()).isTrue();
    assertThat(recording.complete().map(String::new)).hasValue(": ping\n\n" + PART + DONE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "data: {\"error\":{\"message\":\"x\"}}\n\n",
        "event: error\ndata: {\"message\":\"x\"}\n\n",
        "data: {\"choices\":[{\"finish_reason\":\"length\"}]}\n\n",
        "data: {\"choices\":[{\"finish_reason\":\"stop\"},{\"finish_reason\":\"content_filter\"}]}\n\n",
        "data: {\"type\":\"response.incomplete\"}\n\n"
      })
  void complete_errorOrCutShort_isNothing(String frame) {
    assertThat(record(1000, PART, frame, DONE).complete()).isEmpty();
    assertThat(record(1000, PART, frame, PART, DONE).complete()).isEmpty();
  }

  @Test
  void complete_withoutTheEnd_isNothing() {
    assertThat(record(1000, PART, PART).complete()).isEmpty();
  }

  @Test
  void complete_onlyTheEnd_isNothing() {
    assertThat(record(1000, DONE).complete()).isEmpty();
  }

  @Test
  void complete_tooLarge_isNothing() {
    assertThat(record(PART.length() + DONE.length(), PART, DONE).complete()).isPresent();
    assertThat(record(PART.length() + DONE.length() - 1, PART, DONE).complete()).isEmpty();
  }

  @Test
  void add_otherWiresEnds_areEnds() {
    assertThat(
            record(1000, "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n").hasEnded())
        .isTrue();
    assertThat(record(1000, "event: response.completed\ndata: {}\n\n").hasEnded()).isTrue();
  }

  @Test
  void usage_reported_isNoted() {
    var usage =
        "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4}}\n\n";

    assertThat(record(1000, PART, usage, DONE).usage()).isEqualTo(new Usage(3, 4));
  }

  @Test
  void withoutUsage_frames_showNone() {
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

  private static String shown(String frame) {
    return new String(ChatForm.withoutUsage(frame(frame)), StandardCharsets.UTF_8);
  }

  private static Recording record(int bytesMax, String... frames) {
    var recording = new Recording(bytesMax);
    for (var frame : frames) {
      recording.add(frame(frame));
    }
    return recording;
  }

  private static SseFrame frame(String text) {
    return new SseFrame(text.getBytes(StandardCharsets.UTF_8));
  }
}

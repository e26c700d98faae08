package io.larder.inference;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.live.Part;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Streams as clients see them. */
final class ViewTest {
  @Test
  void show_numbered_theNumberIsTheLastIdOfEachEvent() {
    var view = View.after(0, true);

    assertThat(
            show(view, "data: a\n\n", ": ping\n\n", "id: theirs\r\ndata: b\r\n\r\n", "data: c\r\r"))
        .isEqualTo(
            "data: a\nid: 1\n\n: ping\n\nid: theirs\r\ndata: b\r\nid: 2\n\r\ndata: c\rid: 3\n\r");
    assertThat(show(view, "data: [DONE]")).isEqualTo("data: [DONE]\nid: 4\n");
  }

  @Test
  void show_afterANumber_restIsThere() {
    assertThat(show(View.after(1, true), "data: a\n\n", ": c\n\n", "data: b\n\n"))
        .isEqualTo(": c\n\ndata: b\nid: 2\n\n");
  }

  @Test
  void show_withoutUsage_cutsItOut() {
    var frame = "data: {\"a\":1,\"usage\":null}\n\n".getBytes(StandardCharsets.UTF_8);
    int from = "data: {\"a\":1".length();
    var part = new Part(frame, 0, from, from + ",\"usage\":null".length());

    assertThat(text(View.whole(false).show(List.of(part)))).isEqualTo("data: {\"a\":1}\n\n");
    assertThat(text(View.after(0, false).show(List.of(part))))
        .isEqualTo("data: {\"a\":1}\nid: 1\n\n");
    assertThat(text(View.whole(true).show(List.of(part)))).contains("usage");
  }

  private static String show(View view, String... frames) {
    return text(
        view.show(
            Arrays.stream(frames)
                .map(frame -> new Part(frame.getBytes(StandardCharsets.UTF_8), 0, 0, 0))
                .toList()));
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}

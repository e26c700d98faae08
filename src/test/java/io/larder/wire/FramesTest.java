package io.larder.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.sse.SseFrame;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** However a stream is written and however it arrives, it is the same answer. */
final class FramesTest {
  /** How a stream may be written: its line ends, and what stands between. */
  enum Writing {
    LF,
    CRLF,
    CR,
    BOM,
    COMMENTS,
    SEVERAL_LINES,
    NO_SPACE,
    MORE_FIELDS;

    String of(String stream) {
      return switch (this) {
        case LF -> stream;
        case CRLF -> stream.replace("\n", "\r\n");
        case CR -> stream.replace("\n", "\r");
        case BOM -> "\uFEFF" + stream;
        case COMMENTS -> ": hello\n\n" + stream.replace("data: ", ": between\ndata: ");
        case SEVERAL_LINES -> stream.replace("data: {", "data: {\ndata: \ndata:");
        case NO_SPACE -> stream.replace("data: ", "data:");
        case MORE_FIELDS -> stream.replace("data: ", "id: 7\nretry: 100\ndata: ");
      };
    }
  }

  static Stream<Arguments> writings() {
    return Recorded.STREAMS.stream()
        .flatMap(
            file -> Arrays.stream(Writing.values()).map(writing -> Arguments.of(file, writing)));
  }

  @ParameterizedTest
  @MethodSource("writings")
  void fold_splitAtEveryByte_isTheSame(String file, Writing writing) {
    var stream = new String(Recorded.bytes(file), StandardCharsets.UTF_8).strip() + "\n\n";
    var format = Recorded.format(file);
    var expected = format.fold(Recorded.frames(stream)).orElseThrow();
    var written = Recorded.utf8(writing.of(stream));

    // reading is what a cut may change; a fold for each would take long, and say no more
    var whole = Recorded.frames(new ByteArrayInputStream(written));
    assertThat(format.fold(whole).map(Recorded::canonical)).hasValue(Recorded.canonical(expected));
    var expectedEvents = events(whole);
    // long streams repeat their shapes
    int step = written.length < 3000 ? 1 : 7;
    for (int cut = 1; cut < written.length; cut += step) {
      var frames = Recorded.frames(twoReads(written, cut));
      assertThat(events(frames)).as("cut at %d", cut).isEqualTo(expectedEvents);
      if (cut % 50 < step) {
        assertThat(format.fold(frames)).as("cut at %d", cut).isPresent();
      }
    }
  }

  private static List<String> events(List<SseFrame> frames) {
    return frames.stream()
        .map(frame -> frame.fields().event() + "|" + frame.data())
        .filter(FramesTest::isEvent)
        .toList();
  }

  private static boolean isEvent(String event) {
    return event.length() > 1;
  }

  private static InputStream twoReads(byte[] bytes, int cut) {
    return new SequenceInputStream(
        new ByteArrayInputStream(bytes, 0, cut),
        new ByteArrayInputStream(bytes, cut, bytes.length - cut));
  }
}

package io.larder.sse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Frames are found wherever the bytes are cut, and put together they are the stream. */
final class SseReaderTest {
  private static final int BYTES_MAX = 1 << 20;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "data: a\n\ndata: b\n\n",
        "data: a\r\n\r\ndata: b\r\n\r\n",
        "data: a\r\rdata: b\r\r",
        "data: a\n\r\ndata: b\r\n\n",
        ": ping\n\ndata: a\n\nevent: x\nid: 1\ndata: b\ndata: c\n\n",
        "\uFEFFdata: a\n\ndata: b\n\n",
        "\n\n\ndata: a\n\n\n\ndata: b\n\n",
        "data: é€😀\n\ndata: b\n\n",
        "data: a\n\ndata: [DONE]\n",
        "data: a\n\ndata: [DONE]"
      })
  void next_cutAnywhere_givesTheSameEvents(String text) throws IOException {
    var bytes = text.getBytes(StandardCharsets.UTF_8);
    var expected = events(naiveFrames(text));
    for (int piece = 1; piece <= bytes.length; piece++) {
      var frames = read(new SlicedInput(bytes, piece));
      assertThat(join(frames)).as("pieces of %d", piece).isEqualTo(bytes);
      assertThat(
              events(
                  frames.stream().map(f -> new String(f.bytes(), StandardCharsets.UTF_8)).toList()))
          .as("pieces of %d", piece)
          .isEqualTo(expected);
    }
  }

  @Test
  void next_randomStreams_areTheSameAsTheNaiveCut() throws IOException {
    long seed = System.nanoTime();
    var random = new Random(seed);
    var alphabet =
        new String[] {"data: x", "event: y", ":", "\n", "\r\n", "\n\n", "\r", "data:", "z"};
    for (int round = 0; round < 2_000; round++) {
      var text = new StringBuilder();
      for (int i = random.nextInt(20); i > 0; i--) {
        text.append(alphabet[random.nextInt(alphabet.length)]);
      }
      var bytes = text.toString().getBytes(StandardCharsets.UTF_8);
      var frames = read(new SlicedInput(bytes, 1 + random.nextInt(5)));
      assertThat(join(frames)).as("seed %d, %s", seed, text).isEqualTo(bytes);
      assertThat(
              events(
                  frames.stream().map(f -> new String(f.bytes(), StandardCharsets.UTF_8)).toList()))
          .as("seed %d, %s", seed, text)
          .isEqualTo(events(naiveFrames(text.toString())));
    }
  }

  @Test
  void next_completeFrame_isGivenBeforeMoreComes() throws IOException {
    var reader =
        new SseReader(
            new SlicedInput("data: a\n\ndata: b".getBytes(StandardCharsets.UTF_8), 9), BYTES_MAX);

    assertThat(reader.next()).singleElement().extracting(SseFrame::data).isEqualTo("a");
  }

  @Test
  void next_cutInTheLastLineEnd_takesTheLineFeedAlong() throws IOException {
    for (int piece = 1; piece <= 6; piece++) {
      var bytes = "data: a\r\n\r\ndata: b\r\n\r\n".getBytes(StandardCharsets.UTF_8);

      assertThat(read(new SlicedInput(bytes, piece)))
          .as("pieces of %d", piece)
          .extracting(frame -> new String(frame.bytes(), StandardCharsets.UTF_8))
          .containsExactly("data: a\r\n\r\n", "data: b\r\n\r\n");
    }
  }

  @Test
  void next_returnsAlone_areNotWaitedFor() throws IOException {
    var bytes = "data: a\r\rdata: b".getBytes(StandardCharsets.UTF_8);
    var reader = new SseReader(new SlicedInput(bytes, 9), BYTES_MAX);

    assertThat(reader.next()).singleElement().extracting(SseFrame::data).isEqualTo("a");
  }

  @Test
  void next_frameAboveTheBound_isRefused() {
    var text = "data: " + "x".repeat(100_000) + "\n\n";
    var reader =
        new SseReader(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), 50_000);

    assertThatThrownBy(reader::next)
        .isInstanceOf(SseReader.FrameTooLarge.class)
        .hasMessageContaining("50000 bytes");
  }

  @Test
  void next_largeFrame_isGivenWhole() throws IOException {
    var text = "data: " + "x".repeat(900_000) + "\n\ndata: y\n\n";
    var frames = read(new SlicedInput(text.getBytes(StandardCharsets.UTF_8), 4096));

    assertThat(frames).hasSize(2);
    assertThat(frames.getFirst().data()).hasSize(900_000);
  }

  @Test
  void data_fields_areReadAsWhatwgHasThem() {
    assertThat(frame("data:  a\ndata\ndata:b\ndatax: no\n\n").data()).isEqualTo(" a\n\nb");
    assertThat(frame("event: one\nevent: two\r\ndata: x\r\n\r\n").fields().event())
        .isEqualTo("two");
    assertThat(frame(": comment\n\n").data()).isEmpty();
  }

  /** A slow obvious reader beside the one that goes through the bytes once. */
  @Test
  void fields_anyBlock_areThoseOfTheObviousReader() {
    var pieces = List.of("data", "event", ":", " ", "\n", "\r", "\r\n", "x", "é", "\uFEFF");
    long seed = System.nanoTime();
    var random = new Random(seed);
    for (int i = 0; i < 20_000; i++) {
      var text = new StringBuilder();
      for (int n = random.nextInt(24); n > 0; n--) {
        text.append(pieces.get(random.nextInt(pieces.size())));
      }
      var fields = frame(text.toString()).fields();
      assertThat(fields.data())
          .as("data of %s, seed %s", text, seed)
          .isEqualTo(String.join("\n", naiveValues(text.toString(), "data")));
      var events = naiveValues(text.toString(), "event");
      assertThat(fields.event())
          .as("event of %s, seed %s", text, seed)
          .isEqualTo(events.isEmpty() ? "" : events.getLast());
    }
  }

  /** Attack: lines without end, whatever ends them, take no more time than they are long. */
  @ParameterizedTest
  @ValueSource(strings = {"\n", "\r", "\r\n"})
  void fields_manyLines_takeTimeInProportion(String end) {
    var block = frame(("data:x" + end).repeat(1_000_000));
    assertTimeoutPreemptively(
        Duration.ofSeconds(20), () -> assertThat(block.fields().data()).hasSize(1_999_999));
  }

  private static List<String> naiveValues(String text, String name) {
    var values = new ArrayList<String>();
    var lines = text.replaceFirst("^\uFEFF", "").replace("\r\n", "\n").replace('\r', '\n');
    for (var line : lines.split("\n", -1)) {
      if (line.equals(name)) {
        values.add("");
      } else if (line.startsWith(name + ":")) {
        values.add(line.substring(name.length() + 1).replaceFirst("^ ", ""));
      }
    }
    return values;
  }

  @Test
  void isWhole_blankLineHasCome_is() {
    for (var whole : List.of("data: a\n\n", "data: a\r\n\r\n", "data: a\r\r", "\n", ": c\r\n\r")) {
      assertThat(frame(whole).isWhole()).as(whole).isTrue();
    }
    for (var cut : List.of("data: a", "data: a\n", "data: a\r\n", "data: {\"id\":\"x\",\"obj")) {
      assertThat(frame(cut).isWhole()).as(cut).isFalse();
    }
  }

  /** The obvious version: normalise line ends, split at blank lines. */
  private static List<String> naiveFrames(String text) {
    var frames = new ArrayList<String>();
    for (var frame : text.replace("\r\n", "\n").replace('\r', '\n').split("\n\n+", -1)) {
      frames.add(frame + "\n");
    }
    return frames;
  }

  /** What a client dispatches: the data of each frame that has some. */
  private static List<String> events(List<String> frames) {
    return frames.stream()
        .map(frame -> frame(frame).data())
        .filter(data -> !data.isEmpty())
        .toList();
  }

  private static SseFrame frame(String text) {
    return new SseFrame(text.getBytes(StandardCharsets.UTF_8));
  }

  private static List<SseFrame> read(InputStream in) throws IOException {
    var reader = new SseReader(in, BYTES_MAX);
    var all = new ArrayList<SseFrame>();
    var some = reader.next();
    while (!some.isEmpty()) {
      all.addAll(some);
      some = reader.next();
    }
    return all;
  }

  private static byte[] join(List<SseFrame> frames) {
    var joined = new ByteArrayOutputStream();
    frames.forEach(frame -> joined.writeBytes(frame.bytes()));
    return joined.toByteArray();
  }

  /** Gives at most so many bytes at once. */
  private static final class SlicedInput extends InputStream {
    private final byte[] bytes;
    private final int piece;
    private int position;

    SlicedInput(byte[] bytes, int piece) {
      this.bytes = bytes;
      this.piece = piece;
    }

    @Override
    public int read() {
      return position < bytes.length ? bytes[position++] & 0xFF : -1;
    }

    @Override
    public int read(byte[] into, int offset, int length) {
      if (position == bytes.length) {
        return -1;
      }
      int count = Math.min(Math.min(piece, length), bytes.length - position);
      System.arraycopy(bytes, position, into, offset, count);
      position += count;
      return count;
    }
  }
}

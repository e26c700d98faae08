package io.larder.talk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.larder.conversation.Conversations;
import io.larder.conversation.Heard;
import io.larder.conversation.Saying;
import io.larder.conversation.TestConversations;
import io.larder.conversation.Turn;
import io.larder.inference.Answer;
import io.larder.valkey.ValkeyUnavailable;
import io.larder.wire.OpenAiChat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Answers that are recorded as they pass: whole, cut, left, and without a store. */
final class RecordingTest {
  private static final String OWNER = "t/u";
  private static final String DONE = "data: [DONE]\n\n";
  private static final String ALL =
      part("Jä")
          + ": comment\n\n"
          + part("m🙂")
          + "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":3,"
          + "\"completion_tokens\":4}}\n\n";

  private final AtomicBoolean down = new AtomicBoolean();
  private final Conversations conversations = TestConversations.outOfReachWhile(down::get);
  private final List<Turn.Said> ends = new ArrayList<>();
  private final String id = conversations.create(OWNER, "t", List.of()).id();
  private final Answering answering = answering();
  private final ByteArrayOutputStream seen = new ByteArrayOutputStream();

  private static String part(String text) {
    return "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" + text + "\"}}]}\n\n";
  }

  private Answering answering() {
    var saying =
        new Saying(
            Turn.Said.user("q"),
            "m",
            Optional.empty(),
            OptionalLong.empty(),
            Optional.empty(),
            "q");
    var stored = (Heard.Stored) conversations.say(OWNER, id, saying);
    return new Answering(
        conversations, OWNER, id, stored.answer().id(), Turn.About.NOTHING, ends::add);
  }

  /** Passes on what a provider sends, in pieces of that size. */
  private Recording recording(String stream, int size) {
    var bytes = stream.getBytes(StandardCharsets.UTF_8);
    return new Recording(
        new OpenAiChat(),
        new Answer.Flowing() {
          @Override
          public void writeTo(OutputStream out) throws IOException {
            for (int at = 0; at < bytes.length; at += size) {
              out.write(bytes, at, Math.min(size, bytes.length - at));
              out.flush();
            }
          }

          @Override
          public void abandon() {
            throw new AssertionError("the answer must be recorded");
          }
        },
        answering,
        Runnable::run);
  }

  private Turn.Said said() {
    return conversations.read(OWNER, id).turn(answering.turn()).orElseThrow().said();
  }

  @Test
  void write_inPiecesOfAnySize_isRecordedAndPassesAsItCame() throws IOException {
    long seed = System.nanoTime();
    var random = new Random(seed);
    int size = 1 + random.nextInt(ALL.length() + DONE.length());
    recording(ALL + DONE, size).writeTo(seen);

    assertThat(seen.toString(StandardCharsets.UTF_8)).as("seed " + seed).isEqualTo(ALL + DONE);
    assertThat(said().content()).as("seed " + seed).isEqualTo("Jäm🙂");
    assertThat(said().state()).isEqualTo(Turn.State.COMPLETE);
    assertThat(said().about().usage().output()).isEqualTo(4);
  }

  @Test
  void write_end_isStoredBeforeItGoesOut() throws IOException {
    var client =
        new OutputStream() {
          @Override
          public void write(int b) {
            throw new AssertionError("a byte alone");
          }

          @Override
          public void write(byte[] bytes, int from, int length) {
            seen.write(bytes, from, length);
            if (seen.toString(StandardCharsets.UTF_8).contains("[DONE]")) {
              assertThat(said().state()).isEqualTo(Turn.State.COMPLETE);
            } else {
              assertThat(seen.toString(StandardCharsets.UTF_8)).isEqualTo(ALL);
              assertThat(said().state()).isEqualTo(Turn.State.IN_PROGRESS);
            }
          }
        };
    recording(ALL + DONE, 10_000).writeTo(client);

    assertThat(seen.toString(StandardCharsets.UTF_8)).endsWith(DONE);
  }

  @Test
  void client_leaves_theAnswerIsRecordedToItsEnd() throws IOException {
    var gone =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("gone");
          }
        };
    recording(ALL + DONE, 40).writeTo(gone);
    assertThat(said().content()).isEqualTo("Jäm🙂");
    assertThat(said().state()).isEqualTo(Turn.State.COMPLETE);
  }

  @Test
  void client_neverCame_theAnswerIsRecordedAllTheSame() {
    recording(ALL + DONE, 40).abandon();
    assertThat(said().state()).isEqualTo(Turn.State.COMPLETE);
  }

  @Test
  void stream_withoutAnEnd_isInterrupted() throws IOException {
    recording(ALL, 40).writeTo(seen);

    assertThat(said().content()).isEqualTo("Jäm🙂");
    assertThat(said().state()).isEqualTo(Turn.State.INTERRUPTED);
    assertThat(said().about().error()).isEqualTo("the provider sent no end");
  }

  @Test
  void stream_thatSaysNothing_hasFailed() throws IOException {
    recording(": hello\n\n", 40).writeTo(seen);
    assertThat(said().state()).isEqualTo(Turn.State.FAILED);
  }

  @Test
  void stream_withAnError_isInterruptedWhateverFollows() throws IOException {
    recording(part("a") + "data: {\"error\":{\"message\":\"no\"}}\n\n" + part("b") + DONE, 1_000)
        .writeTo(seen);

    assertThat(said().content()).isEqualTo("a");
    assertThat(said().state()).isEqualTo(Turn.State.INTERRUPTED);
    assertThat(said().about().error()).isEqualTo("no");
    assertThat(seen.toString(StandardCharsets.UTF_8)).endsWith(part("b") + DONE);
  }

  @Test
  void stream_cutInAFrame_passesAsItCame() throws IOException {
    recording(ALL + "data: {\"cho", 7).writeTo(seen);

    assertThat(seen.toString(StandardCharsets.UTF_8)).isEqualTo(ALL + "data: {\"cho");
    assertThat(said().state()).isEqualTo(Turn.State.INTERRUPTED);
  }

  @Test
  void stream_thatThrows_isInterrupted() {
    Answer.Whole broken =
        new Answer.Whole(
            1,
            out -> {
              out.write(part("a").getBytes(StandardCharsets.UTF_8));
              throw new IOException("broken");
            });
    var recording = new Recording(new OpenAiChat(), broken, answering, Runnable::run);

    assertThatThrownBy(() -> recording.writeTo(seen)).hasMessage("broken");
    assertThat(said().content()).isEqualTo("a");
    assertThat(said().state()).isEqualTo(Turn.State.INTERRUPTED);
  }

  @Test
  void answer_largerThanATurn_isCut() throws IOException {
    var stream = part("x".repeat(700_000)) + part("y".repeat(700_000)) + part("z") + DONE;
    recording(stream, 100_000).writeTo(seen);

    assertThat(said().content()).isEqualTo("x".repeat(700_000));
    assertThat(said().state()).isEqualTo(Turn.State.INTERRUPTED);
    assertThat(said().about().error()).contains("larger than 1048576 bytes");
    assertThat(seen.size()).isEqualTo(stream.length());
  }

  @Test
  void store_downAtTheEnd_theClientSeesAnErrorAndTheTurnIsStoredLater() throws IOException {
    var stream = recording(ALL + DONE, 10_000);
    down.set(true);
    stream.writeTo(seen);

    assertThat(seen.toString(StandardCharsets.UTF_8))
        .startsWith(ALL)
        .contains("store_unavailable")
        .doesNotContain("[DONE]");
    down.set(false);
    assertThat(answering.isStored()).isFalse();
    assertThat(ends).isEmpty();
    answering.report();
    answering.report();
    assertThat(ends).as("told once").containsExactly(said());
    assertThat(answering.isStored()).isTrue();
    assertThat(said().content()).isEqualTo("Jäm🙂");
    assertThat(said().state()).isEqualTo(Turn.State.COMPLETE);
  }

  /** The store may fail for reads as soon as it has taken the end: they are not needed. */
  @Test
  void await_storedBeforeTheStoreIsDown_isTheTurn() {
    Answer.Whole whole =
        new Answer.Whole(
            1,
            out -> {
              out.write((ALL + DONE).getBytes(StandardCharsets.UTF_8));
              down.set(true);
            });
    var recording = new Recording(new OpenAiChat(), whole, answering, Runnable::run);

    assertThat(recording.await().content()).isEqualTo("Jäm🙂");
    down.set(false);
    assertThat(said()).isEqualTo(answering.end().orElseThrow());
  }

  @Test
  void await_brokenOrNotStored_isSaid() {
    assertThatThrownBy(() -> recording(ALL, 40).await())
        .isInstanceOf(AnswerBroken.class)
        .hasMessage("the answer broke off: the provider sent no end");
    down.set(true);
    var other =
        new Answering(conversations, OWNER, id, answering.turn(), Turn.About.NOTHING, ends::add);
    var recording =
        new Recording(new OpenAiChat(), new Answer.Whole(1, out -> {}), other, Runnable::run);
    assertThatThrownBy(recording::await).isInstanceOf(AnswerUnstored.class);
  }

  @Test
  void report_meanwhile_tellsWhatHasComeAndNeverAfterTheEnd() throws IOException {
    answering.come("a", Optional.empty());
    answering.report();
    assertThat(said().content()).isEqualTo("a");
    assertThat(said().state()).isEqualTo(Turn.State.IN_PROGRESS);
    recording(part("b") + DONE, 10).writeTo(seen);
    answering.report();
    assertThat(said().content()).isEqualTo("ab");
    assertThat(said().state()).isEqualTo(Turn.State.COMPLETE);
  }

  @Test
  void report_thatFailed_isMadeAgain() {
    answering.come("a", Optional.empty());
    down.set(true);
    assertThatThrownBy(answering::report).isInstanceOf(ValkeyUnavailable.class);
    down.set(false);
    answering.report();

    assertThat(said().content()).isEqualTo("a");
  }
}

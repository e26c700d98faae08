package io.larder.talk;

import io.larder.conversation.ConversationRefused;
import io.larder.conversation.Turn;
import io.larder.guard.Deadline;
import io.larder.inference.Answer;
import io.larder.sse.SseFrame;
import io.larder.sse.SseReader;
import io.larder.valkey.ValkeyUnavailable;
import io.larder.wire.Sign;
import io.larder.wire.WireFormat;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;

/**
 * A streamed answer on its way to the caller, recorded as it passes: its turn is stored before its
 * last event goes out. If that fails, an error event goes out instead. A caller who leaves is no
 * reason to stop: the answer is read on to its end, for {@link #ALONE_MAX} at most.
 */
final class Recording implements Answer.Flowing {
  /** How long an answer is read on whose caller has left. */
  static final Duration ALONE_MAX = Duration.ofMinutes(10);

  private static final Logger LOG = System.getLogger(Recording.class.getName());

  private final WireFormat format;
  private final Answer.Body body;
  private final Answering answering;
  private final Executor threads;
  private volatile Optional<String> unstored = Optional.empty();

  Recording(WireFormat format, Answer.Body body, Answering answering, Executor threads) {
    this.format = format;
    this.body = body;
    this.answering = answering;
    this.threads = threads;
  }

  @Override
  public void writeTo(OutputStream out) throws IOException {
    var tee = new Tee(out);
    try (tee) {
      switch (body) {
        case Answer.Whole whole -> whole.bytes().writeTo(tee);
        case Answer.Flowing flowing -> flowing.writeTo(tee);
      }
    } finally {
      // the end that was told before holds
      var unused = end("the provider sent no end");
    }
  }

  /** Nobody listens: it is recorded all the same. */
  @Override
  public void abandon() {
    threads.execute(
        () -> {
          try {
            writeTo(OutputStream.nullOutputStream());
          } catch (IOException broken) {
            LOG.log(
                Level.WARNING, "an answer without a caller broke off: {0}", broken.getMessage());
          }
        });
  }

  /** Ends the turn, and says why the store has not taken it; empty = it has. */
  private Optional<String> end(String why) {
    try {
      answering.end(why);
      unstored = Optional.empty();
    } catch (ValkeyUnavailable down) {
      LOG.log(Level.WARNING, "an answer is stored later: {0}", down.getMessage());
      unstored = Optional.of("the answer could not be stored yet");
    } catch (ConversationRefused refused) {
      LOG.log(Level.WARNING, "an answer cannot be stored: {0}", refused.getMessage());
      unstored = Optional.of("the answer could not be stored: " + refused.getMessage());
    }
    return unstored;
  }

  /**
   * Reads the answer to its end, which nobody else does.
   *
   * @return the end that is stored
   * @throws AnswerUnstored if it is not, or not yet
   * @throws AnswerBroken if it is not complete
   */
  Turn.Said await() {
    try {
      writeTo(OutputStream.nullOutputStream());
    } catch (IOException broken) {
      // its turn tells so
      LOG.log(Level.DEBUG, "an answer broke off: {0}", broken.getMessage());
    }
    unstored.ifPresent(
        why -> {
          throw new AnswerUnstored(why);
        });
    var end = answering.end().orElseThrow();
    if (end.state() != Turn.State.COMPLETE) {
      throw new AnswerBroken(end.about().error());
    }
    return end;
  }

  /** Reads what passes, frame by frame. */
  private final class Tee extends OutputStream {
    private final OutputStream client;
    private byte[] begun = new byte[0];
    private boolean isCut;
    private Optional<Deadline> alone = Optional.empty();

    Tee(OutputStream client) {
      this.client = client;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      if (alone.filter(deadline -> !deadline.isAhead()).isPresent()) {
        throw new IOException("the caller has left " + ALONE_MAX + " ago");
      }
      var all = new ByteArrayOutputStream(begun.length + length);
      all.writeBytes(begun);
      all.write(bytes, from, length);
      begun = new byte[0];
      var shown = new ByteArrayOutputStream(all.size());
      for (var frame : frames(all.toByteArray())) {
        if (frame.isWhole() || format.read(frame).kind() == Sign.Kind.END) {
          show(frame, shown);
        } else {
          begun = frame.bytes();
        }
      }
      send(shown);
    }

    private List<SseFrame> frames(byte[] bytes) throws IOException {
      var reader = new SseReader(new ByteArrayInputStream(bytes), Integer.MAX_VALUE);
      var frames = new ArrayList<SseFrame>();
      for (var next = reader.next(); !next.isEmpty(); next = reader.next()) {
        frames.addAll(next);
      }
      return frames;
    }

    /** Records a frame, and shows it unless it is an end that could not be stored. */
    private void show(SseFrame frame, ByteArrayOutputStream shown) throws IOException {
      var sign = format.read(frame);
      answering.come(
          Deltas.text(frame), sign.usage().map(used -> sign.usageAfter(answering.usage())));
      var bytes = frame.bytes();
      if (sign.kind() == Sign.Kind.END || sign.kind() == Sign.Kind.ERROR) {
        // what was said before is not held up by the store
        send(shown);
        var unstored = end(why(sign, frame));
        if (unstored.isPresent() && !isCut) {
          bytes = format.errorEvent("store_unavailable", unstored.get(), 0);
          shown.writeBytes(bytes);
          send(shown);
          isCut = true;
        }
      }
      if (!isCut) {
        shown.writeBytes(bytes);
      }
    }

    private static String why(Sign sign, SseFrame frame) {
      if (sign.kind() == Sign.Kind.END) {
        return "";
      }
      return Deltas.error(frame).orElse("the provider failed");
    }

    private void send(ByteArrayOutputStream shown) throws IOException {
      if (alone.isEmpty()) {
        try {
          client.write(shown.toByteArray());
        } catch (IOException gone) {
          left(gone);
        }
      }
      shown.reset();
    }

    @Override
    public void flush() {
      if (alone.isEmpty()) {
        try {
          client.flush();
        } catch (IOException gone) {
          left(gone);
        }
      }
    }

    private void left(IOException gone) {
      LOG.log(Level.DEBUG, "a caller has left: {0}", gone.getMessage());
      alone = Optional.of(Deadline.in(ALONE_MAX, System::nanoTime));
    }

    /** What was cut off in the middle goes as it came; the client's stream is not ours to close. */
    @Override
    public void close() throws IOException {
      if (begun.length > 0) {
        var rest = new ByteArrayOutputStream();
        rest.writeBytes(begun);
        send(rest);
      }
    }
  }
}

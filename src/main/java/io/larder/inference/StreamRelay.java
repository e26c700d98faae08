package io.larder.inference;

import io.larder.guard.Deadline;
import io.larder.provider.Reply;
import io.larder.sse.SseFrame;
import io.larder.sse.SseReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.function.Consumer;

/**
 * Passes a provider's stream on, event by event, and records it on the way.
 *
 * <p>Nothing is collected before it is sent. The recording is committed before the last event goes
 * out, so that an immediate repeat finds it. A stream that breaks off ends with an error event, not
 * as if it were complete. If the caller leaves, the rest is read on for the cache, within bounds.
 */
final class StreamRelay implements Answer.Flowing {
  /**
   * Largest event passed on. Images as base64 reach some MiB; beyond it the stream is broken off.
   */
  static final int FRAME_BYTES_MAX = 16 * 1024 * 1024;

  private static final Logger LOG = System.getLogger(StreamRelay.class.getName());

  private final Exchange exchange;
  private final Reply reply;
  private final SseReader reader;
  private final Recording recording;
  private final boolean hideUsage;
  private final Consumer<Recording> commit;

  /**
   * A relay.
   *
   * @param hideUsage whether the usage that was asked for is none of the caller's
   * @param commit what to do with a recording whose last event has come
   */
  StreamRelay(
      Exchange exchange,
      Reply reply,
      Recording recording,
      boolean hideUsage,
      Consumer<Recording> commit) {
    this.exchange = exchange;
    this.reply = reply;
    this.reader = new SseReader(reply.body(), FRAME_BYTES_MAX);
    this.recording = recording;
    this.hideUsage = hideUsage;
    this.commit = commit;
  }

  @Override
  public void writeTo(OutputStream out) throws IOException {
    exchange.telemetry().streamOpened();
    try {
      relay(out);
    } finally {
      exchange.telemetry().streamClosed();
    }
  }

  private void relay(OutputStream out) throws IOException {
    // Liberty holds the first write back until the second; an empty flush sends the header fields
    send(out, new byte[0]);
    while (!recording.hasEnded()) {
      List<SseFrame> frames;
      try {
        frames = reader.next();
      } catch (IOException broken) {
        fail(out, String.valueOf(broken.getMessage()));
        return;
      }
      if (frames.isEmpty()) {
        fail(out, "provider " + exchange.provider() + " ended its stream without the last event");
        return;
      }
      exchange.eventCame();
      pass(frames, out);
    }
    finish();
  }

  /** Sends frames; the last one of the stream only once the recording is committed. */
  private void pass(List<SseFrame> frames, OutputStream out) throws IOException {
    var shown = new ByteArrayOutputStream();
    var last = new ByteArrayOutputStream();
    for (var frame : frames) {
      boolean ends = recording.add(frame);
      (ends ? last : shown).writeBytes(hideUsage ? ChatForm.withoutUsage(frame) : frame.bytes());
      if (ends) {
        break;
      }
    }
    if (recording.hasEnded()) {
      try {
        send(out, shown.toByteArray());
      } finally {
        commit.accept(recording);
      }
      send(out, last.toByteArray());
    } else if (shown.size() > 0) {
      send(out, shown.toByteArray());
    }
  }

  private void send(OutputStream out, byte[] bytes) throws IOException {
    try {
      if (bytes.length > 0) {
        out.write(bytes);
      }
      out.flush();
    } catch (IOException gone) {
      if (recording.hasEnded()) {
        finish();
      } else {
        exchange.readOnDetached(this::readOn, this::close);
      }
      throw gone;
    }
  }

  /** What is left to do for a stream whose caller has left. */
  private void readOn(Deadline deadline) {
    try {
      while (deadline.isAhead()) {
        var frames = reader.next();
        if (frames.isEmpty()) {
          return;
        }
        for (var frame : frames) {
          if (recording.add(frame)) {
            commit.accept(recording);
            return;
          }
        }
      }
    } catch (IOException broken) {
      LOG.log(Level.DEBUG, "stream without a client broke off: {0}", broken.getMessage());
    } finally {
      close();
    }
  }

  private void fail(OutputStream out, String message) throws IOException {
    LOG.log(Level.WARNING, "stream interrupted: {0}", message);
    close();
    out.write(ChatForm.errorEvent(message));
    out.flush();
  }

  /** Reads what may follow the last event, so that the connection can serve again; nobody waits. */
  private void finish() {
    exchange.inBackground(
        () -> {
          try {
            reader.next();
          } catch (IOException broken) {
            LOG.log(Level.DEBUG, "no clean end after the last event: {0}", broken.getMessage());
          }
          close();
        });
  }

  private void close() {
    try {
      reply.close();
    } catch (IOException broken) {
      LOG.log(Level.DEBUG, "connection already broken: {0}", broken.getMessage());
    }
  }
}

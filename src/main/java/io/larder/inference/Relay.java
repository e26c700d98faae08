package io.larder.inference;

import io.larder.provider.Reply;
import io.larder.sse.SseFrame;
import io.larder.sse.SseReader;
import io.larder.telemetry.Telemetry;
import io.larder.wire.Sign;
import io.larder.wire.WireFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;

/**
 * Passes a provider's stream to its one client, event by event, and keeps nothing of it: the
 * client's pace is the provider's. A stream that breaks off ends with an error event.
 */
final class Relay implements Answer.Flowing {
  private static final Logger LOG = System.getLogger(Relay.class.getName());

  private final WireFormat format;
  private final Reply reply;
  private final SseReader reader;
  private final boolean showsUsage;
  private final Telemetry telemetry;
  private final Charged charged;

  Relay(
      WireFormat format,
      Reply reply,
      SseReader reader,
      boolean showsUsage,
      Telemetry telemetry,
      Charged charged) {
    this.format = format;
    this.reply = reply;
    this.reader = reader;
    this.showsUsage = showsUsage;
    this.telemetry = telemetry;
    this.charged = charged;
  }

  @Override
  public void writeTo(OutputStream out) throws IOException {
    telemetry.streamOpened();
    try {
      // Liberty holds the first write back until the second; an empty flush sends the header fields
      out.flush();
      readOn(List.of(), out);
    } finally {
      telemetry.streamClosed();
    }
  }

  /** Passes on what has been read already, and then the rest. */
  void readOn(List<SseFrame> read, OutputStream out) throws IOException {
    var verdict = new Verdict(format);
    try {
      show(read, verdict, out);
      while (!verdict.hasEnded()) {
        List<SseFrame> frames;
        try {
          frames = reader.next();
        } catch (IOException broken) {
          fail(String.valueOf(broken.getMessage()), verdict.events(), out);
          return;
        }
        if (frames.isEmpty()) {
          if (!verdict.hasFailed()) {
            fail("the provider ended its stream without the last event", verdict.events(), out);
          }
          return;
        }
        show(frames, verdict, out);
      }
      charged.used(verdict.usage());
    } finally {
      charged.brokenOff(verdict.events());
      abandon();
    }
  }

  private void show(List<SseFrame> frames, Verdict verdict, OutputStream out) throws IOException {
    var shown = new ByteArrayOutputStream();
    for (var frame : frames) {
      if (!frame.isWhole() && verdict.peek(frame) != Sign.Kind.END) {
        // cut off in the middle: an error event after it would be read as a part of it
        break;
      }
      var sign = verdict.add(frame);
      shown.writeBytes(showsUsage ? frame.bytes() : sign.hidden().of(frame.bytes()));
    }
    out.write(shown.toByteArray());
    out.flush();
  }

  private void fail(String why, long events, OutputStream out) throws IOException {
    LOG.log(Level.WARNING, "stream interrupted: {0}", why);
    out.write(format.errorEvent("stream_interrupted", why, events));
    out.flush();
  }

  @Override
  public void abandon() {
    charged.asEstimated();
    try {
      reply.close();
    } catch (IOException broken) {
      LOG.log(Level.DEBUG, "connection already broken: {0}", broken.getMessage());
    }
  }
}

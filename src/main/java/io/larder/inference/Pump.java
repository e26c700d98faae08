package io.larder.inference;

import io.larder.live.Flight;
import io.larder.live.Outcome;
import io.larder.live.Part;
import io.larder.provider.Reply;
import io.larder.sse.SseFrame;
import io.larder.sse.SseReader;
import io.larder.wire.Sign;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Reads a provider's stream into the log of its flight, as fast as it comes, whoever reads the log.
 *
 * <p>The answer is committed before its last event is in the log, so that an immediate repeat finds
 * it. A stream that breaks off never ends as if it were complete. What the log has no room for is
 * handed over to the client that the provider was asked for, who then reads on by himself.
 */
final class Pump implements Flight.Audience {
  /**
   * Largest event passed on. Images as base64 reach some MiB; beyond it the stream is broken off.
   */
  static final int FRAME_BYTES_MAX = 16 * 1024 * 1024;

  private static final Logger LOG = System.getLogger(Pump.class.getName());

  private final Lead lead;
  private final Call call;
  private final Flight flight;
  private final Reply reply;
  private final SseReader reader;
  private final Verdict verdict;

  /**
   * Frames that the log had no room for, once there are some; empty = nobody is there to take them.
   */
  private final AtomicReference<Optional<List<SseFrame>>> rest = new AtomicReference<>();

  private volatile Detached.@Nullable Stay alone;

  Pump(Lead lead, Flight flight, Reply reply) {
    this.lead = lead;
    this.call = lead.call();
    this.flight = flight;
    this.reply = reply;
    this.reader = new SseReader(reply.body(), FRAME_BYTES_MAX);
    this.verdict = new Verdict(call.asked().format());
  }

  /** Reads the stream to its end. */
  void run() {
    boolean mine = true;
    try {
      mine = pump();
    } catch (IOException broken) {
      end(new Outcome.Failed(String.valueOf(broken.getMessage()), verdict.hasFailed()));
    } catch (RuntimeException failed) {
      LOG.log(Level.ERROR, "a stream failed", failed);
    } finally {
      // readers wait for the end without a limit, so it has to come; the first one holds
      end(new Outcome.Failed("Larder failed; its log says why"));
      if (mine) {
        close();
      }
    }
  }

  /** Reads until the end; false if another reads on. */
  private boolean pump() throws IOException {
    while (true) {
      var frames = reader.next();
      if (frames.isEmpty()) {
        var why = "provider " + call.provider() + " ended its stream without the last event";
        end(new Outcome.Failed(why, verdict.hasFailed()));
        return true;
      }
      call.eventCame();
      var now = alone;
      if (now != null && now.isOver() && !flight.isFollowedElsewhere()) {
        end(new Outcome.Failed("nobody waits for the answer any more"));
        return true;
      }
      if (!add(frames)) {
        return handOver(frames);
      }
      if (verdict.hasEnded()) {
        // what may follow the last event has to be read for the connection to serve again
        reader.next();
        return true;
      }
    }
  }

  /** Adds frames to the log, the last one of the stream only once the answer is committed. */
  private boolean add(List<SseFrame> frames) {
    var parts = new ArrayList<Part>(frames.size());
    for (var frame : frames) {
      if (!frame.isWhole() && verdict.peek(frame) != Sign.Kind.END) {
        // cut off in the middle: an error event after it would be read as a part of it
        break;
      }
      var sign = verdict.add(frame);
      var part = new Part(frame.bytes(), call.millis(), sign.hidden().from(), sign.hidden().to());
      if (sign.kind() == Sign.Kind.END) {
        return finish(parts, part);
      }
      parts.add(part);
    }
    return flight.log().add(parts);
  }

  private boolean finish(List<Part> parts, Part last) {
    if (!parts.isEmpty() && !flight.log().add(parts)) {
      return false;
    }
    boolean stored = verdict.isFit() && lead.keep(last, verdict.usage());
    call.finished();
    call.charged().used(verdict.usage());
    // the last event has room in any case: nobody is left without an end for a few bytes
    flight.log().addLast(last);
    end(new Outcome.Complete(stored));
    return true;
  }

  private void end(Outcome outcome) {
    lead.end(outcome);
  }

  /** Gives the rest to the client, if he is still there; says whether nobody takes it. */
  private boolean handOver(List<SseFrame> frames) {
    boolean offered = rest.compareAndSet(null, Optional.of(frames));
    end(new Outcome.Unshared("the answer is too large to be shared"));
    return !offered;
  }

  /** Frames that the log had no room for; who takes them reads on from there, and closes. */
  Optional<List<SseFrame>> takeRest() {
    var offered = rest.getAndSet(Optional.empty());
    return offered == null ? Optional.empty() : offered;
  }

  Relay relay(boolean showsUsage) {
    return call.relay(reply, reader, showsUsage);
  }

  @Override
  public void gone() {
    alone = lead.goesOnAlone();
  }

  @Override
  public void back() {
    endOfStay();
  }

  private void endOfStay() {
    var stay = alone;
    if (stay != null) {
      alone = null;
      stay.close();
    }
  }

  void close() {
    endOfStay();
    call.charged().brokenOff(verdict.events());
    try {
      reply.close();
    } catch (IOException broken) {
      LOG.log(Level.DEBUG, "connection already broken: {0}", broken.getMessage());
    }
  }
}

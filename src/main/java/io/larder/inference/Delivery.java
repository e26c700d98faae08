package io.larder.inference;

import io.larder.live.EventLog;
import io.larder.live.Flight;
import io.larder.live.Outcome;
import io.larder.sse.SseFrame;
import io.larder.telemetry.Telemetry;
import io.larder.wire.WireFormat;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Passes a stream from the log of its flight to one client, at the client's pace. If the flight
 * does not end well, the client gets an error event, never a clean end.
 */
final class Delivery implements Answer.Flowing {
  private static final Logger LOG = System.getLogger(Delivery.class.getName());

  private final Flight flight;
  private final WireFormat format;
  private final View view;
  private final Telemetry telemetry;
  private final @Nullable Pump pump;
  private final AtomicBoolean left = new AtomicBoolean();

  /**
   * A delivery to a reader that the flight counts already.
   *
   * @param pump fills the log for this client before all; null = for another one
   */
  Delivery(Flight flight, WireFormat format, View view, Telemetry telemetry, @Nullable Pump pump) {
    this.flight = flight;
    this.format = format;
    this.view = view;
    this.telemetry = telemetry;
    this.pump = pump;
  }

  @Override
  public void writeTo(OutputStream out) throws IOException {
    telemetry.streamOpened();
    try {
      deliver(out);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("the server stops");
    } finally {
      telemetry.streamClosed();
      abandon();
    }
  }

  private void deliver(OutputStream out) throws IOException, InterruptedException {
    // Liberty holds the first write back until the second; an empty flush sends the header fields
    send(out, view.opening());
    int seen = 0;
    EventLog.View now;
    do {
      now = flight.log().await(seen);
      var bytes = view.show(now.parts());
      if (bytes.length > 0) {
        send(out, bytes);
      }
      seen += now.parts().size();
    } while (now.outcome().isEmpty());
    switch (now.outcome().get()) {
      case Outcome.Failed(String why, boolean told) -> fail(out, why, told, seen);
      case Outcome.Unshared(String why) -> fail(out, why, false, seen);
      case Outcome.Abandoned(String why) -> fail(out, why, false, seen);
      case Outcome.Complete complete -> {}
      case Outcome.Refused refused -> {}
    }
  }

  private static void send(OutputStream out, byte[] bytes) throws IOException {
    if (bytes.length > 0) {
      out.write(bytes);
    }
    out.flush();
  }

  private void fail(OutputStream out, String why, boolean told, int events) throws IOException {
    var rest = pump == null ? Optional.<List<SseFrame>>empty() : pump.takeRest();
    if (pump != null && rest.isPresent()) {
      pump.relay(view.showsUsage()).readOn(rest.get(), out);
    } else if (!told) {
      LOG.log(Level.WARNING, "stream interrupted: {0}", why);
      send(out, format.errorEvent("stream_interrupted", why, events));
    }
  }

  @Override
  public void abandon() {
    if (left.compareAndSet(false, true)) {
      flight.leave();
      if (pump != null && pump.takeRest().isPresent()) {
        pump.close();
      }
    }
  }
}

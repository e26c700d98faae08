package io.larder.live;

import io.larder.cache.Tickets;
import io.larder.live.Flights.Boarding;
import io.larder.telemetry.Discarded;
import io.larder.valkey.TestValkey;
import io.larder.valkey.Valkey;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;

/** One node's flights, over a Valkey of its own connections or alone. */
final class FlightNode implements AutoCloseable {
  static final int BYTES_MAX = 1 << 20;
  private static final Executor THREADS = task -> Thread.ofVirtual().start(task);

  private final Optional<Valkey> valkey;
  private final Flights flights;

  private FlightNode(Optional<Valkey> valkey, Flights flights) {
    this.valkey = valkey;
    this.flights = flights;
  }

  static LiveSettings settings() {
    return new LiveSettings(1000, 1 << 24, 1000, Duration.ofMinutes(1));
  }

  static FlightNode alone(LiveSettings settings) {
    return new FlightNode(
        Optional.empty(),
        new Flights(
            settings,
            listener -> new Alone(),
            new Records(Optional.empty()),
            Duration.ofSeconds(1),
            THREADS,
            Discarded.telemetry()));
  }

  static FlightNode sharing(String uri, Duration lease, Records records) {
    return sharing(uri, lease, records, settings());
  }

  static FlightNode sharing(String uri, Duration lease, Records records, LiveSettings settings) {
    var valkey = TestValkey.at(uri, Map.of());
    var name = Long.toHexString(ThreadLocalRandom.current().nextLong());
    return new FlightNode(
        Optional.of(valkey),
        new Flights(
            settings,
            listener -> new ValkeyLogs(valkey, name, lease, listener),
            records,
            lease,
            THREADS,
            Discarded.telemetry()));
  }

  Flights flights() {
    return flights;
  }

  Boarding board(String key) {
    return flights.board(key, Tickets.seen(key, 0), BYTES_MAX);
  }

  /** Loses its Valkey for good, as a node that dies does. */
  void crash() {
    valkey.orElseThrow().close();
  }

  static Part part(String text) {
    return new Part(text.getBytes(StandardCharsets.UTF_8), 1, 0, 0);
  }

  static Head head(Flight flight) {
    return new Head(flight.id().answerId(), "p", 200, "text/event-stream", true, false);
  }

  static List<String> texts(EventLog.View view) {
    return view.parts().stream()
        .map(part -> new String(part.bytes(), StandardCharsets.UTF_8))
        .toList();
  }

  @Override
  public void close() {
    flights.close();
    valkey.ifPresent(Valkey::close);
  }
}

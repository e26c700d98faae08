package io.larder.live;

import io.larder.valkey.ValkeyUnavailable;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * Reads the logs of flights that other nodes lead into this node's memory, once for all readers
 * here. It reads when it is told that there is more, and once a second.
 */
final class Following {
  private static final Duration TICK = Duration.ofSeconds(1);

  /** How long a store that does not answer keeps readers waiting who have seen a part already. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private static final Duration PAUSE = Duration.ofMillis(250);

  private final SharedLogs logs;
  private final Records records;
  private final Duration graceMax;

  /**
   * Follows.
   *
   * @param graceMax how long readers who have seen a part wait for a lead that is not there to come
   *     back: it may have been evicted, and its leader takes it again when it renews it
   */
  Following(SharedLogs logs, Records records, Duration graceMax) {
    this.logs = logs;
    this.records = records;
    this.graceMax = graceMax;
  }

  /** There may be more. */
  void wake(Flight flight) {
    flight.wakeups().release();
  }

  /** Follows a flight to its end, and says how it ended. */
  Outcome run(Flight flight) {
    try {
      return follow(flight);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      return new Outcome.Abandoned("this node goes down");
    }
  }

  private Outcome follow(Flight flight) throws InterruptedException {
    long last = 0;
    long heard = System.nanoTime();
    var missing = OptionalLong.empty();
    while (flight.readers() > 0) {
      try {
        var tail = logs.tail(flight.id(), last);
        heard = System.nanoTime();
        for (var record : tail.records()) {
          var event =
              record.number() == last + 1
                  ? records.decode(flight.id(), record.number(), record.bytes())
                  : Optional.<Records.Event>empty();
          if (event.isEmpty()) {
            // who has seen nothing asks for himself: the next look would find the same
            return new Outcome.Unshared("the log of the other node has a hole");
          }
          switch (event.get()) {
            case Records.Event.Opened(Head head) -> flight.log().open(head);
            case Records.Event.Came(var parts) -> {
              if (!flight.log().add(parts)) {
                return new Outcome.Unshared("the answer is too large to be followed");
              }
            }
            case Records.Event.Ended(Outcome outcome) -> {
              return outcome;
            }
          }
          last = record.number();
        }
        if (!tail.records().isEmpty()) {
          continue;
        }
        missing = tail.led() ? OptionalLong.empty() : OptionalLong.of(missing.orElse(heard));
        if (missing.isPresent() && isGone(flight, heard - missing.getAsLong())) {
          return new Outcome.Abandoned("the node that asked is gone");
        }
        long waitMillis = missing.isPresent() ? graceMax.toMillis() / 3 : TICK.toMillis();
        if (flight.wakeups().tryAcquire(waitMillis, TimeUnit.MILLISECONDS)) {
          flight.wakeups().drainPermits();
        }
      } catch (ValkeyUnavailable down) {
        boolean nothingSeen = flight.log().head().isEmpty();
        if (nothingSeen || System.nanoTime() - heard > PATIENCE.toNanos()) {
          return new Outcome.Abandoned("the other node is out of reach");
        }
        Thread.sleep(PAUSE.toMillis());
      }
    }
    return new Outcome.Failed("nobody reads");
  }

  /** Whether a lead that has been missing for so long is not waited for any more. */
  private boolean isGone(Flight flight, long missingNanos) {
    return flight.log().head().isEmpty() || missingNanos > graceMax.toNanos();
  }
}

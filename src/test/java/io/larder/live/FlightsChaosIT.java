package io.larder.live;

import static io.larder.live.FlightNode.part;
import static io.larder.live.FlightNode.texts;
import static org.assertj.core.api.Assertions.assertThat;

import io.larder.live.Flights.Boarding;
import it.ValkeyProcess;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * Goal: whatever order things happen in, one call per answer unless a leader failed, and nobody
 * sees anything but a beginning of one call's events, or all of them with a clean end.
 *
 * <p>Method: three nodes on one Valkey, many requests for few answers at random moments, leaders
 * that break off or lose their Valkey in the middle, followers that leave or resume. Every provider
 * call gives other events than the one before, so that a mixture shows. The seed is printed.
 */
final class FlightsChaosIT {
  private static final Duration LEASE = Duration.ofSeconds(3);
  private static final LiveSettings FORGETFUL =
      new LiveSettings(1000, 1 << 24, 1000, Duration.ZERO);
  private static final int ANSWERS = 30;
  private static final int REQUESTS = 12;

  /** What the provider was asked for one answer. */
  private static final class Calls {
    private final AtomicInteger made = new AtomicInteger();
    private final AtomicInteger failed = new AtomicInteger();

    /** Made while Valkey gave a node no answer in time, as on a machine that is busy. */
    private final AtomicInteger alone = new AtomicInteger();

    private final List<Integer> completed = new CopyOnWriteArrayList<>();
  }

  /** What a request got: the texts it saw, and whether the end was clean. */
  private record Seen(List<String> texts, boolean complete) {}

  @Test
  void anyOrder_oneCall_andHonestEnds() throws Exception {
    long seed = System.nanoTime();
    System.getLogger(FlightsChaosIT.class.getName()).log(Level.INFO, "seed {0,number,#}", seed);
    var random = new Random(seed);
    try (var valkey = ValkeyProcess.start();
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var nodes = new ArrayList<FlightNode>();
      for (int i = 0; i < 3; i++) {
        nodes.add(
            FlightNode.sharing(valkey.uri(), LEASE, new Records(Optional.empty()), FORGETFUL));
      }
      var answers = new ArrayList<Future<?>>();
      for (int i = 0; i < ANSWERS; i++) {
        var key = String.format("%064x", i + 1);
        long own = random.nextLong();
        answers.add(threads.submit(() -> answer(key, own, seed, nodes, valkey)));
      }
      for (var answer : answers) {
        answer.get(2, TimeUnit.MINUTES);
      }
      for (var node : nodes) {
        it.Await.until("no flight left", () -> node.flights().size() == 0);
        assertThat(node.flights().bytes()).as("bytes, seed %d", seed).isZero();
        node.close();
      }
      it.Await.until(
          "no lead left", () -> !valkey.command("KEYS", "larder:1:lead:*").contains("larder"));
    }
  }

  private Void answer(String key, long own, long seed, List<FlightNode> nodes, ValkeyProcess valkey)
      throws Exception {
    var random = new Random(own);
    var calls = new Calls();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var requests = new ArrayList<Future<Seen>>();
      for (int i = 0; i < REQUESTS; i++) {
        var node = nodes.get(random.nextInt(nodes.size()));
        long pause = random.nextInt(60);
        long luck = random.nextLong();
        Callable<Seen> request =
            () -> {
              Thread.sleep(pause);
              return request(key, node, calls, new Random(luck), valkey);
            };
        requests.add(threads.submit(request));
      }
      for (var request : requests) {
        check(request.get(1, TimeUnit.MINUTES), calls, seed);
      }
    }
    assertThat(calls.made.get())
        .as("calls, %d failed, %d alone; seed %d", calls.failed.get(), calls.alone.get(), seed)
        .isLessThanOrEqualTo(1 + calls.failed.get() + calls.alone.get());
    return null;
  }

  private static void check(Seen seen, Calls calls, long seed) {
    if (seen.texts().isEmpty()) {
      return;
    }
    int call = Integer.parseInt(seen.texts().getFirst().split(" ", -1)[0]);
    for (int i = 0; i < seen.texts().size(); i++) {
      assertThat(seen.texts().get(i)).as("seed %d", seed).isEqualTo(call + " " + i);
    }
    if (seen.complete()) {
      assertThat(calls.completed).as("complete only if the call was; seed %d", seed).contains(call);
      assertThat(seen.texts()).as("seed %d", seed).hasSize(length(call));
    }
  }

  private static int length(int call) {
    return 5 + call * 3;
  }

  /** Like a request: asks or follows until it has an answer, or has shown part of one. */
  private Seen request(
      String key, FlightNode node, Calls calls, Random random, ValkeyProcess valkey)
      throws Exception {
    for (int round = 0; round < 20; round++) {
      switch (node.board(key)) {
        case Boarding.Lead(Flight flight, boolean looksAgain) -> {
          var seen = lead(key, node, flight, calls, random, valkey);
          if (seen.isPresent()) {
            return seen.get();
          }
        }
        case Boarding.Follow(Flight flight) -> {
          var seen = follow(flight, random);
          if (seen.isPresent()) {
            return seen.get();
          }
        }
        case Boarding.Changed changed -> {
          return new Seen(List.of(), true);
        }
        case Boarding.Full full -> throw new AssertionError("full");
        case Boarding.Crowded crowded -> throw new AssertionError("crowded");
      }
    }
    return new Seen(List.of(), false);
  }

  private static Optional<Seen> lead(
      String key, FlightNode node, Flight flight, Calls calls, Random random, ValkeyProcess valkey)
      throws InterruptedException {
    int call = calls.made.incrementAndGet();
    if (!flight.isShared()) {
      calls.alone.incrementAndGet();
    }
    boolean fails = random.nextInt(3) == 0;
    int good = fails ? random.nextInt(length(call)) : length(call);
    flight.log().open(FlightNode.head(flight));
    for (int i = 0; i < good; i++) {
      if (random.nextInt(4) == 0) {
        Thread.sleep(random.nextInt(8));
      }
      flight.log().add(List.of(part(call + " " + i)));
    }
    if (fails) {
      calls.failed.incrementAndGet();
      node.flights().end(flight, new Outcome.Failed("broke off"));
    } else {
      calls.completed.add(call);
      // as the cache would: committed before the end is in the log
      valkey.command("SET", "larder:1:answer:{" + key + "}", "xx1234567" + call % 10);
      node.flights().end(flight, new Outcome.Complete(true));
    }
    flight.leave();
    return fails ? Optional.empty() : Optional.of(new Seen(List.of(), true));
  }

  private static Optional<Seen> follow(Flight flight, Random random) throws InterruptedException {
    try {
      if (random.nextInt(8) == 0) {
        return Optional.of(new Seen(List.of(), false)); // leaves at once
      }
      var texts = new ArrayList<String>();
      EventLog.View view;
      do {
        view = flight.log().await(texts.size());
        texts.addAll(texts(view));
        if (random.nextInt(20) == 0) {
          return Optional.of(new Seen(texts, false)); // leaves in the middle
        }
      } while (view.outcome().isEmpty());
      boolean complete = view.outcome().get() instanceof Outcome.Complete;
      return texts.isEmpty() && !complete
          ? Optional.empty()
          : Optional.of(new Seen(texts, complete));
    } finally {
      flight.leave();
    }
  }
}

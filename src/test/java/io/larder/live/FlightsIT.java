package io.larder.live;

import static io.larder.live.FlightNode.head;
import static io.larder.live.FlightNode.part;
import static io.larder.live.FlightNode.texts;
import static org.assertj.core.api.Assertions.assertThat;

import io.larder.cache.Encryptions;
import io.larder.cache.Tickets;
import io.larder.live.Flights.Boarding;
import it.Await;
import it.RawCommand;
import it.ValkeyProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Flights of two nodes that share a Valkey. */
final class FlightsIT {
  private static final Duration LEASE = Duration.ofMillis(900);
  private static final AtomicInteger NUMBER = new AtomicInteger();
  private static ValkeyProcess server;

  private final String key = String.format("%064x", NUMBER.incrementAndGet());
  private FlightNode here;
  private FlightNode there;

  @BeforeAll
  static void start() {
    server = ValkeyProcess.start();
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
  }

  @BeforeEach
  void open() {
    here = FlightNode.sharing(server.uri(), LEASE, new Records(Optional.empty()));
    there = FlightNode.sharing(server.uri(), LEASE, new Records(Optional.empty()));
  }

  @AfterEach
  void close() {
    here.close();
    there.close();
  }

  @Test
  void follow_otherNodesFlight_seesItLive() throws Exception {
    var lead = lead(here);
    lead.log().open(head(lead));
    lead.log().add(List.of(part("a")));
    var follow = follow(there);
    assertThat(follow.id()).isEqualTo(lead.id());
    assertThat(texts(follow.log().await(0))).containsExactly("a");
    assertThat(follow.log().head()).contains(head(lead));

    lead.log().add(List.of(part("b")));
    assertThat(texts(follow.log().await(1))).containsExactly("b");
    here.flights().end(lead, new Outcome.Complete(true));
    assertThat(follow.log().awaitOutcome(Duration.ofSeconds(5)))
        .contains(new Outcome.Complete(true));
    assertThat(texts(follow.log().view(0))).containsExactly("a", "b");
    Await.until("lead given back", () -> keys("lead").isEmpty() && keys("followers").isEmpty());
  }

  @Test
  void follow_lag_isMilliseconds() throws Exception {
    var lead = lead(here);
    lead.log().open(head(lead));
    var follow = follow(there);
    var lags = new ArrayList<Long>();
    for (int i = 0; i < 200; i++) {
      long sent = System.nanoTime();
      lead.log().add(List.of(part("p" + i)));
      assertThat(texts(follow.log().await(i))).containsExactly("p" + i);
      lags.add(System.nanoTime() - sent);
    }
    here.flights().end(lead, new Outcome.Complete(true));
    lags.sort(null);
    System.getLogger(FlightsIT.class.getName())
        .log(
            System.Logger.Level.INFO,
            "seen by another node after {0} us p50, {1} us p99",
            lags.get(100) / 1000,
            lags.get(198) / 1000);
    assertThat(Duration.ofNanos(lags.get(100))).isLessThan(Duration.ofMillis(5));
  }

  @Test
  void board_changedEntry_isTold() {
    server.command("SET", "larder:1:answer:{" + key + "}", "xx12345678yz");

    assertThat(here.board(key)).isInstanceOf(Boarding.Changed.class);
    assertThat(keys("lead")).isEmpty();
  }

  @Test
  void leaderDies_followersAreTold_andOneTakesOver() throws Exception {
    var lead = lead(here);
    lead.log().open(head(lead));
    lead.log().add(List.of(part("a")));
    var follow = follow(there);
    assertThat(texts(follow.log().await(0))).containsExactly("a");
    here.crash();

    var outcome = follow.log().awaitOutcome(LEASE.multipliedBy(5)).orElseThrow();
    assertThat(outcome).isInstanceOf(Outcome.Abandoned.class);
    Await.until("taken over", () -> there.board(key) instanceof Boarding.Lead);
  }

  @Test
  void lease_renewed_outlivesItself() {
    lead(here);
    Await.during(LEASE.multipliedBy(3), () -> there.board(key) instanceof Boarding.Follow);
  }

  @Test
  void leadEvicted_isTakenAgainByItsLeader() {
    var lead = lead(here);
    server.command("DEL", "larder:1:lead:{" + key + "}");

    Await.until("taken again", () -> !keys("lead").isEmpty());
    assertThat(follow(there).id()).isEqualTo(lead.id());
  }

  @Test
  void leadEvicted_whileOthersFollow_theyGoOn() throws Exception {
    var lead = lead(here);
    lead.log().open(head(lead));
    lead.log().add(List.of(part("a")));
    var follow = follow(there);
    assertThat(texts(follow.log().await(0))).containsExactly("a");
    server.command("DEL", "larder:1:lead:{" + key + "}");
    // has the follower look while it is not there
    server.command("PUBLISH", newsChannel(), "m " + lead.id());
    Await.until("taken again", () -> !keys("lead").isEmpty());
    lead.log().add(List.of(part("b")));
    here.flights().end(lead, new Outcome.Complete(true));

    assertThat(follow.log().awaitOutcome(Duration.ofSeconds(5)))
        .contains(new Outcome.Complete(true));
    assertThat(texts(follow.log().view(0))).containsExactly("a", "b");
  }

  /** The channel of the node that follows. */
  private String newsChannel() {
    var node = RawCommand.strings(server.command("SMEMBERS", "larder:1:followers:{" + key + "}"));
    return "larder:1:node:" + node.getFirst();
  }

  @Test
  void logLost_whoFollowsAnewIsToldToAskForHimself() throws Exception {
    var lead = lead(here);
    lead.log().open(head(lead));
    lead.log().add(List.of(part("a")));
    var follow = follow(there);
    assertThat(texts(follow.log().await(0))).containsExactly("a");
    server.command("DEL", keys("live").getFirst());
    lead.log().add(List.of(part("b")));
    Await.until("shown", () -> !keys("live").isEmpty());
    try (var third = FlightNode.sharing(server.uri(), LEASE, new Records(Optional.empty()))) {
      var late = ((Boarding.Follow) third.board(key)).flight();
      assertThat(late.log().awaitOutcome(Duration.ofSeconds(5)).orElseThrow())
          .isInstanceOf(Outcome.Unshared.class);
    }
  }

  @Test
  void lastReaderHereLeaves_othersFollow_isKnown() throws Exception {
    var lead = lead(here);
    lead.log().open(head(lead));
    lead.log().add(List.of(part("a")));
    var follow = follow(there);
    assertThat(texts(follow.log().await(0))).containsExactly("a");
    assertThat(lead.isFollowedElsewhere()).isTrue();
    follow.leave();
    server.command("DEL", "larder:1:followers:{" + key + "}");
    Await.until("nobody follows", () -> !lead.isFollowedElsewhere());
  }

  @Test
  void foreignNumberInTheLog_endsTheFollowing() throws Exception {
    var lead = lead(here);
    lead.log().open(head(lead));
    lead.log().add(List.of(part("a")));
    var follow = follow(there);
    assertThat(texts(follow.log().await(0))).containsExactly("a");
    var foreign = "18446744073709551614-0";
    server.command("XADD", keys("live").getFirst(), foreign, "r", "x");
    server.command("PUBLISH", newsChannel(), "m " + lead.id());
    assertThat(follow.log().awaitOutcome(Duration.ofSeconds(15))).isPresent();
  }

  @Test
  void valueUnreadable_requestsAreJoinedAllTheSame() throws Exception {
    server.command("SET", "larder:1:answer:{" + key + "}", "no value of Larder's");
    var seen = Tickets.seen(key, -1);
    var lead = here.flights().board(key, seen, FlightNode.BYTES_MAX);
    assertThat(lead).isInstanceOf(Boarding.Lead.class);
    assertThat(there.flights().board(key, seen, FlightNode.BYTES_MAX))
        .isInstanceOf(Boarding.Follow.class);
  }

  @Test
  void find_notStoredAndEnded_isThereOnTheOtherNode() throws Exception {
    var lead = lead(here);
    lead.log().open(head(lead));
    lead.log().add(List.of(part("a"), part("b")));
    here.flights().end(lead, new Outcome.Complete(false));
    Await.until("shown", () -> !keys("live").isEmpty() && keys("lead").isEmpty());

    var found = there.flights().find(lead.id(), FlightNode.BYTES_MAX).orElseThrow();
    assertThat(found.log().awaitOutcome(Duration.ofSeconds(5)))
        .contains(new Outcome.Complete(false));
    assertThat(texts(found.log().view(0))).containsExactly("a", "b");
  }

  @Test
  void refused_isTheSameThere() throws Exception {
    var lead = lead(here);
    var follow = follow(there);
    here.flights().end(lead, new Outcome.Refused(422, "application/json", "7", new byte[] {1, 2}));

    // nobody had to see anything of it before: the lead may be gone before the log is shown
    var outcome = follow.log().awaitOutcome(Duration.ofSeconds(5)).orElseThrow();
    assertThat(outcome)
        .isInstanceOfSatisfying(
            Outcome.Refused.class,
            refused -> {
              assertThat(refused.status()).isEqualTo(422);
              assertThat(refused.retryAfter()).isEqualTo("7");
              assertThat(refused.body()).containsExactly(1, 2);
            });
  }

  @Test
  void sealed_isSeenWithTheKeyAlone() throws Exception {
    var keyed = new Records(Encryptions.random());
    try (var one = FlightNode.sharing(server.uri(), LEASE, keyed);
        var two = FlightNode.sharing(server.uri(), LEASE, keyed)) {
      var lead = lead(one);
      lead.log().open(head(lead));
      lead.log().add(List.of(part("a secret")));
      assertThat(texts(follow(two).log().await(0))).containsExactly("a secret");
      assertThat(server.command("XRANGE", keys("live").getFirst(), "-", "+"))
          .doesNotContain("a secret");

      var stranger = follow(there);
      var outcome = stranger.log().awaitOutcome(Duration.ofSeconds(5)).orElseThrow();
      assertThat(outcome).isInstanceOf(Outcome.Unshared.class);
    }
  }

  @Test
  void valkeyGone_eachNodeAsksOnce() throws Exception {
    try (var own = ValkeyProcess.start();
        var one = FlightNode.sharing(own.uri(), LEASE, new Records(Optional.empty()))) {
      own.kill();
      var lead = lead(one);
      assertThat(one.board(key)).isInstanceOf(Boarding.Follow.class);
      lead.log().add(List.of(part("a")));
      one.flights().end(lead, new Outcome.Complete(false));
      assertThat(lead.log().outcome()).isPresent();
    }
  }

  private List<String> keys(String kind) {
    var names = new ArrayList<String>();
    for (var line :
        server.command("KEYS", "larder:1:" + kind + ":{" + key + "}*").split("\r\n", -1)) {
      if (line.startsWith("larder:")) {
        names.add(line);
      }
    }
    return names;
  }

  private Flight lead(FlightNode node) {
    return ((Boarding.Lead) node.board(key)).flight();
  }

  private Flight follow(FlightNode node) {
    return ((Boarding.Follow) node.board(key)).flight();
  }
}

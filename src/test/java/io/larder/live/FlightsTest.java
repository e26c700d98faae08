package io.larder.live;

import static io.larder.live.FlightNode.head;
import static io.larder.live.FlightNode.part;
import static io.larder.live.FlightNode.texts;
import static org.assertj.core.api.Assertions.assertThat;

import io.larder.live.Flights.Boarding;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Flights of one node: who leads, who follows, what has room, and what is given back. */
final class FlightsTest {
  private static final String KEY = "ab".repeat(32);
  private static final Outcome.Complete STORED = new Outcome.Complete(true);
  private static final Outcome.Complete NOT_STORED = new Outcome.Complete(false);

  private final FlightNode node =
      FlightNode.alone(new LiveSettings(2, 1000, 3, Duration.ofMinutes(1)));
  private final Flights flights = node.flights();

  @AfterEach
  void close() {
    node.close();
  }

  @Test
  void board_twice_leadsThenFollows() throws Exception {
    var lead = lead(KEY);
    var follow = follow(KEY);

    assertThat(follow).isSameAs(lead);
    lead.log().open(head(lead));
    lead.log().add(List.of(part("a"), part("b")));
    assertThat(texts(follow.log().await(0))).containsExactly("a", "b");
    assertThat(follow.log().head()).contains(head(lead));
  }

  @Test
  void end_takesItOutOfTheWay() {
    var lead = lead(KEY);
    flights.end(lead, STORED);

    assertThat(lead(KEY)).isNotSameAs(lead);
  }

  @Test
  void end_second_doesNotCount() {
    var lead = lead(KEY);
    flights.end(lead, STORED);
    flights.end(lead, new Outcome.Failed("later"));

    assertThat(lead.log().outcome()).contains(STORED);
  }

  @Test
  void bytes_ofEndedAndLeft_areGivenBack() {
    var lead = lead(KEY);
    var follow = follow(KEY);
    lead.log().add(List.of(part("12345")));
    assertThat(flights.bytes()).isEqualTo(5);
    flights.end(lead, STORED);
    lead.leave();
    assertThat(flights.bytes()).as("somebody reads it still").isEqualTo(5);
    follow.leave();

    assertThat(flights.bytes()).isZero();
  }

  @Test
  void add_beyondTheBytesOfOne_addsNothing() {
    var lead = (Boarding.Lead) flights.board(KEY, io.larder.cache.Tickets.seen(KEY, 0), 10);
    var log = lead.flight().log();

    assertThat(log.add(List.of(part("123456")))).isTrue();
    assertThat(log.add(List.of(part("12345")))).isFalse();
    assertThat(log.add(List.of(part("1234")))).isTrue();
    assertThat(texts(log.view(0))).containsExactly("123456", "1234");
  }

  @Test
  void add_beyondTheBytesOfAll_addsNothing() {
    var one = lead(KEY);
    var other = lead("cd".repeat(32));

    assertThat(one.log().add(List.of(part("x".repeat(900))))).isTrue();
    assertThat(other.log().add(List.of(part("x".repeat(101))))).isFalse();
    flights.end(one, STORED);
    one.leave();
    assertThat(other.log().add(List.of(part("x".repeat(101))))).isTrue();
  }

  @Test
  void board_moreThanAllowed_isTold() {
    lead(KEY);
    lead("cd".repeat(32));

    assertThat(node.board("ef".repeat(32))).isInstanceOf(Boarding.Full.class);
    follow(KEY);
    follow(KEY);
    assertThat(node.board(KEY)).isInstanceOf(Boarding.Crowded.class);
  }

  @Test
  void find_notStored_isThereForAWhile() {
    var lead = lead(KEY);
    lead.log().open(head(lead));
    lead.log().add(List.of(part("a")));
    flights.end(lead, NOT_STORED);
    lead.leave();

    var again = flights.find(lead.id(), FlightNode.BYTES_MAX).orElseThrow();
    assertThat(texts(again.log().view(0))).containsExactly("a");
    again.leave();
    assertThat(flights.bytes()).as("kept for later").isEqualTo(1);
    assertThat(flights.find(new FlightId(KEY, 1), FlightNode.BYTES_MAX)).isEmpty();
  }

  @Test
  void audience_lastReaderLeaves_isTold() {
    var lead = lead(KEY);
    var gone = new AtomicInteger();
    var back = new AtomicInteger();
    lead.setAudience(
        new Flight.Audience() {
          @Override
          public void gone() {
            gone.incrementAndGet();
          }

          @Override
          public void back() {
            back.incrementAndGet();
          }
        });
    var follow = follow(KEY);
    lead.leave();
    assertThat(gone).hasValue(0);
    follow.leave();
    assertThat(gone).hasValue(1);
    follow(KEY);
    assertThat(back).hasValue(1);
  }

  private Flight lead(String key) {
    return ((Boarding.Lead) node.board(key)).flight();
  }

  private Flight follow(String key) {
    return ((Boarding.Follow) node.board(key)).flight();
  }
}

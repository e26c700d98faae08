package io.larder.talk;

import static org.assertj.core.api.Assertions.assertThat;

import io.larder.conversation.Conversations;
import io.larder.conversation.Heard;
import io.larder.conversation.Saying;
import io.larder.conversation.TestConversations;
import io.larder.conversation.Turn;
import io.larder.telemetry.Counted;
import it.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Many answers at once, with a store that is slow with some of them. */
final class AnsweringsTest {
  private static final String OWNER = "t/u";
  private static final int COUNT = 40;

  /** What waits until the test is over: the name of a call and the turn. */
  private final Map<String, Boolean> slow = new ConcurrentHashMap<>();

  private final Map<String, AtomicInteger> calls = new ConcurrentHashMap<>();
  private final AtomicInteger atOnce = new AtomicInteger();
  private final AtomicInteger mostAtOnce = new AtomicInteger();
  private final CountDownLatch released = new CountDownLatch(1);
  private final Conversations conversations = TestConversations.asked(this::asked);
  private final String id = conversations.create(OWNER, "t", List.of()).id();
  private final Counted counted = new Counted();
  private final Answerings answerings =
      new Answerings(
          conversations, counted.telemetry(), Duration.ofMillis(20), Duration.ofMillis(20));

  private void asked(String call, List<Object> args) {
    if (!call.equals("vouch") && !call.equals("report")) {
      return;
    }
    var name = call + " " + args.get(2);
    calls.computeIfAbsent(name, absent -> new AtomicInteger()).incrementAndGet();
    if (call.equals("report")) {
      mostAtOnce.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
    }
    try {
      if (slow.containsKey(name) || slow.containsKey(call)) {
        released.await();
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    } finally {
      if (call.equals("report")) {
        atOnce.decrementAndGet();
      }
    }
  }

  private int calls(String call, Answering of) {
    return calls.getOrDefault(call + " " + of.turn(), new AtomicInteger()).get();
  }

  private List<Answering> begin() {
    var all = new ArrayList<Answering>();
    for (int i = 0; i < COUNT; i++) {
      var saying =
          new Saying(
              Turn.Said.user("q"),
              "m",
              Optional.of(""),
              OptionalLong.empty(),
              Optional.empty(),
              "q");
      var stored = (Heard.Stored) conversations.say(OWNER, id, saying);
      all.add(answerings.begin(OWNER, id, stored.answer().id(), Turn.About.NOTHING));
    }
    return all;
  }

  @AfterEach
  void close() {
    released.countDown();
    answerings.close();
  }

  @Test
  void vouch_whileEveryTextIsSlow_goesOnForAll() {
    slow.put("report", true);
    var all = begin();
    all.forEach(one -> one.come("a", Optional.empty()));
    Await.until(
        "all are vouched for again and again",
        () -> all.stream().allMatch(one -> calls("vouch", one) > 5));

    assertThat(all.stream().mapToInt(one -> calls("report", one)).sum()).isEqualTo(4);
    assertThat(mostAtOnce).hasValue(4);
  }

  @Test
  void vouch_whileSomeAreSlow_goesOnForTheOthersAndNeverTwiceAtOnce() {
    var all = begin();
    var slowOnes = all.subList(0, 3);
    slowOnes.forEach(one -> slow.put("vouch " + one.turn(), true));
    Await.until(
        "all are asked for", () -> slowOnes.stream().allMatch(one -> calls("vouch", one) > 0));
    var before = slowOnes.stream().mapToInt(one -> calls("vouch", one)).toArray();
    var others = all.subList(3, COUNT);
    int sofar = calls("vouch", others.getLast());
    Await.until(
        "others go on", () -> others.stream().allMatch(one -> calls("vouch", one) > sofar + 10));

    for (int i = 0; i < slowOnes.size(); i++) {
      assertThat(calls("vouch", slowOnes.get(i))).isBetween(before[i], before[i] + 1);
    }
  }

  @Test
  void report_news_areToldOnceAndTheEndStopsAll() {
    var one = begin().getFirst();
    one.come("a", Optional.empty());
    Await.until("told", () -> content(one).equals("a"));
    int told = calls("report", one);
    int vouched = calls("vouch", one);
    Await.until("vouched for", () -> calls("vouch", one) > vouched + 3);
    assertThat(calls("report", one)).as("nothing new").isEqualTo(told);
    one.end("");
    Await.until("not vouched for any more", () -> isLeft(one));
    assertThat(content(one)).isEqualTo("a");
    assertThat(counted.of("larder_conversation_answers", "complete")).isEqualTo(1);
    assertThat(counted.of("larder_conversation_answers", "failed")).isZero();
  }

  private boolean isLeft(Answering one) {
    int before = calls("vouch", one);
    return Await.holds(Duration.ofMillis(100), () -> calls("vouch", one) == before);
  }

  private String content(Answering one) {
    return conversations.read(OWNER, id).turn(one.turn()).orElseThrow().said().content();
  }
}

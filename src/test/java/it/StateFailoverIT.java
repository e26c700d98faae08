package it;

import static it.Api.json;
import static it.Api.text;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The store of state is replicated and watched by Sentinel, and its primary is killed. */
final class StateFailoverIT {
  private static final Logger LOG = System.getLogger(StateFailoverIT.class.getName());
  private static final Duration BACK_MAX = Duration.ofSeconds(20);
  private static final int PACE_MILLIS = 5;
  private static final int BEFORE_AND_AFTER = 100;

  /** Of some hundreds: replicas on the same machine have nearly all of it at any moment. */
  private static final int LOST_MAX = 4;

  /** How old the oldest may be that a primary had not sent to a replica when it was killed. */
  private static final Duration UNSENT_MAX = Duration.ofSeconds(1);

  private static ValkeyProcess answers;
  private static ValkeySentinel state;
  private static LarderProcess node;

  /** Something that was told to be done, when it was asked for, and how to see that it was. */
  private record Promise(long nanos, Callable<Boolean> isKept) {}

  /** Does one thing over and over until it is stopped. */
  private abstract static class Writer implements Callable<List<Promise>> {
    private final AtomicBoolean stopped = new AtomicBoolean();
    private volatile int promised;

    /** Asks for it; null = 503, anything else fails the test. */
    abstract Callable<Boolean> ask();

    @Override
    public List<Promise> call() throws Exception {
      var promises = new ArrayList<Promise>();
      while (!stopped.get()) {
        long asked = System.nanoTime();
        var isKept = ask();
        if (isKept != null) {
          promises.add(new Promise(asked, isKept));
          promised = promises.size();
        }
        TimeUnit.MILLISECONDS.sleep(PACE_MILLIS);
      }
      return promises;
    }

    void stop() {
      stopped.set(true);
    }

    void awaitMore() {
      int target = promised + BEFORE_AND_AFTER;
      Await.until("another " + BEFORE_AND_AFTER + " are done", () -> promised >= target);
    }
  }

  private static final class SignIns extends Writer {
    private int users;

    @Override
    Callable<Boolean> ask() {
      // a user of its own each, since one has so many sessions at most
      var made = new Api(node).post("/api/keys", "{\"owner\":\"user-" + ++users + "\"}");
      if (!isDone(made, 201)) {
        return null;
      }
      var answer = Browser.post(node, Browser.body(json(made).get("key").asText()));
      return isDone(answer, 200) ? () -> isKnown(Browser.of(node, answer)) : null;
    }
  }

  private static final class Turns extends Writer {
    @Override
    Callable<Boolean> ask() {
      var api = new Api(node);
      var made = api.post("/api/conversations", "{}");
      if (!isDone(made, 201)) {
        return null;
      }
      var path = "/api/conversations/" + json(made).get("id").asText();
      var question = "{\"content\":\"hi\",\"parent\":null,\"model\":\"demo\"}";
      return isDone(api.post(path + "/messages", question), 200)
          ? () -> isComplete(Api.settled(() -> api.get(path)))
          : null;
    }

    private static boolean isComplete(HttpResponse<byte[]> answer) {
      assertThat(answer.statusCode()).as(text(answer)).isIn(200, 404);
      if (answer.statusCode() == 404) {
        return false;
      }
      var messages = json(answer).get("messages");
      return messages.size() == 2 && messages.get(1).get("state").asText().equals("complete");
    }
  }

  private static boolean isKnown(Browser browser) {
    var answer = Api.settled(() -> browser.forged("GET", "/api/me", ""));
    assertThat(answer.statusCode()).as(text(answer)).isIn(200, 401);
    if (answer.statusCode() == 401) {
      LOG.log(
          Level.WARNING,
          "a session is lost: {0}, in the store: {1}, asked again: {2}",
          text(answer),
          state.command("KEYS", "larder:1:session:*" + Browser.digest(browser.id()) + "*"),
          browser.forged("GET", "/api/me", "").statusCode());
    }
    return answer.statusCode() == 200;
  }

  private static boolean isDone(HttpResponse<byte[]> answer, int done) {
    // what was made a moment ago may be lost, and not be found
    assertThat(answer.statusCode()).as(text(answer)).isIn(done, 401, 404, 503);
    return answer.statusCode() == done;
  }

  @BeforeAll
  static void start() {
    answers = ValkeyProcess.start();
    state = ValkeySentinel.start();
    node =
        LarderProcess.start(
            "state-failover",
            Map.of(
                "LARDER_VALKEY_CACHE_URI", answers.uri(), "LARDER_VALKEY_STATE_URI", state.uri()));
  }

  @AfterAll
  static void stop() {
    node.close();
    state.close();
    answers.close();
  }

  /**
   * Goal: what a failover of the store of state may lose. Method: browsers sign in and turns of
   * conversations are answered all the time while the primary is killed and another one takes over;
   * then everything that was acknowledged is looked for.
   */
  @Test
  void primaryOfState_killed_losesNothingButWhatWasNotReplicated() throws Exception {
    var signIns = new SignIns();
    var turns = new Turns();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var signedIn = threads.submit(signIns);
      var answered = threads.submit(turns);
      long killed;
      long over;
      String election;
      try {
        signIns.awaitMore();
        turns.awaitMore();
        int before = state.primaryPort();
        killed = System.nanoTime();
        state.killPrimary();
        state.awaitFailover(before);
        over = System.nanoTime();
        election = state.election();
        signIns.awaitMore();
        turns.awaitMore();
      } finally {
        signIns.stop();
        turns.stop();
      }
      check("sign-ins", signedIn.get(), killed, over);
      check("turns", answered.get(), killed, over);
      // what is lost by another one is none of this test's
      assertThat(state.election()).as("the machine is too busy for sentinels").isEqualTo(election);
      assertThat(node.log()).doesNotContain("NoClassDefFoundError");
    }
  }

  private static void check(String what, List<Promise> promises, long killed, long over)
      throws Exception {
    var lost = new ArrayList<Promise>();
    for (var promise : promises) {
      if (!promise.isKept().call()) {
        lost.add(promise);
        LOG.log(
            Level.WARNING,
            "{0}: lost what was asked for {1} ms after the kill, {2} ms after the failover",
            what,
            TimeUnit.NANOSECONDS.toMillis(promise.nanos() - killed),
            TimeUnit.NANOSECONDS.toMillis(promise.nanos() - over));
      }
    }
    long out = longestGap(promises);
    LOG.log(
        Level.INFO,
        "{0}: {1} acknowledged, {2} lost, none taken for {3} ms",
        what,
        promises.size(),
        lost.size(),
        TimeUnit.NANOSECONDS.toMillis(out));
    assertThat(Duration.ofNanos(out)).isLessThan(BACK_MAX);
    assertThat(lost).as("%s lost of %d", what, promises.size()).hasSizeLessThan(LOST_MAX);
    assertThat(lost)
        .as("%s lost long before the kill, or after the failover", what)
        .allMatch(one -> one.nanos() - killed > -UNSENT_MAX.toNanos() && one.nanos() - over < 0);
  }

  private static long longestGap(List<Promise> promises) {
    long longest = 0;
    for (int i = 1; i < promises.size(); i++) {
      longest = Math.max(longest, promises.get(i).nanos() - promises.get(i - 1).nanos());
    }
    return longest;
  }
}

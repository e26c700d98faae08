package it;

import static it.Api.json;
import static it.Api.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.larder.access.BrowserSession;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Browsers that sign in at a node and begin conversations, one after the other, until the node is
 * gone. What they were told is then looked for on another one.
 */
final class PageUse {
  private static final int PAUSE_MILLIS_MAX = 60;

  /** A user has so many sessions; with some to spare for what was not acknowledged. */
  private static final int REMEMBERED = BrowserSession.PER_USER_MAX - 10;

  /** A node looks again after that time, and may have seen the list of sessions before. */
  private static final Duration SEEN_MAX = Duration.ofSeconds(5);

  private final LarderProcess node;

  /** It is gone when this ends, even if the node is started again at once. */
  private final Process process;

  private final Random random;
  private final List<Told> told = new ArrayList<>();
  private final CountDownLatch signedIn = new CountDownLatch(1);
  private final FutureTask<@Nullable Void> task = new FutureTask<>(this::run, null);

  /** A browser that was told to be signed in, and the conversation it was told to have begun. */
  private record Told(Browser browser, String conversation) {}

  private PageUse(LarderProcess node, long seed) {
    this.node = node;
    this.process = node.process();
    this.random = new Random(seed);
  }

  /** Begins at once. */
  static PageUse start(LarderProcess node, long seed) {
    var started = new PageUse(node, seed);
    Thread.ofVirtual().start(started.task);
    return started;
  }

  /** Returns once a browser was told to be signed in. */
  void awaitSignedIn() throws Exception {
    if (!signedIn.await(30, TimeUnit.SECONDS)) {
      // what the browsers met, or that they still try
      task.get(0, TimeUnit.SECONDS);
    }
  }

  private void run() {
    try {
      while (true) {
        var answer = Browser.post(node, Browser.body(LarderProcess.KEY));
        assertThat(answer.statusCode()).as(text(answer)).isIn(200, 503);
        if (answer.statusCode() == 200) {
          use(Browser.of(node, answer));
        }
        TimeUnit.MILLISECONDS.sleep(random.nextInt(PAUSE_MILLIS_MAX));
      }
    } catch (UncheckedIOException gone) {
      // the node was killed; what it had told counts
      assertThat(process.onExit()).as("%s", gone).succeedsWithin(Duration.ofSeconds(10));
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  private void use(Browser browser) {
    remember(new Told(browser, ""));
    var made = browser.send("POST", "/api/conversations", "{}");
    // signed out while the store of state hangs
    assertThat(made.statusCode()).as(text(made)).isIn(201, 401, 403, 503);
    if (made.statusCode() == 201) {
      told.set(told.size() - 1, new Told(browser, json(made).get("id").asText()));
    }
  }

  private void remember(Told one) {
    if (told.size() == REMEMBERED) {
      told.removeFirst();
    }
    told.add(one);
    signedIn.countDown();
  }

  /** All of it is there on that node; how much it was. To be called when the first one is gone. */
  int assertKept(LarderProcess other, String where) throws Exception {
    task.get(30, TimeUnit.SECONDS);
    for (var one : told) {
      var there = new Browser(other, one.browser().cookie(), one.browser().token());
      awaitGood(where + ": signed in", there, "/api/me");
      if (!one.conversation().isEmpty()) {
        awaitGood(where + ": begun", there, "/api/conversations/" + one.conversation());
      }
    }
    return told.size();
  }

  /** A busy machine may have no answer at once: 503, or signed out for a moment. */
  private static void awaitGood(String what, Browser browser, String path) {
    Await.until(what, SEEN_MAX, () -> browser.send("GET", path, "").statusCode() == 200);
  }
}

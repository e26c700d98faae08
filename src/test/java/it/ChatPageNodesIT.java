package it;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static it.Chunks.DONE;
import static it.Chunks.STOP;
import static it.Chunks.USAGE;
import static it.Chunks.first;
import static it.Chunks.more;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import it.PageBrowser.Look;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The chat in front of two nodes, one of which dies. */
final class ChatPageNodesIT {
  private static LarderProcess node(String name, ScriptedProvider provider, ValkeyProcess valkey) {
    return LarderProcess.start(
        name,
        Map.of(
            "LARDER_VALKEY_URI",
            valkey.uri(),
            // a busy machine is no reason to find nothing
            "LARDER_VALKEY_READ_TIMEOUT",
            "PT2S",
            "LARDER_VALKEY_CONNECTION_WAIT",
            "PT1S",
            "LARDER_PROVIDER_P_URL",
            provider.url()));
  }

  @Test
  void node_diesInMidAnswer_thePageGoesOnWithTheNextOne() throws Exception {
    var never = new CountDownLatch(1);
    try (var provider = ScriptedProvider.start();
        var valkey = ValkeyProcess.start()) {
      provider.script(
          "dies",
          (request, answer) -> {
            answer.streamHead();
            answer.piece(first("Half of"));
            never.await(60, TimeUnit.SECONDS);
          });
      provider.script(
          "lives",
          (request, answer) -> {
            answer.streamHead();
            answer.piece(first("All of") + more(" it.") + STOP + USAGE + DONE);
            answer.streamEnd();
          });
      var starting = CompletableFuture.supplyAsync(() -> node("page-b", provider, valkey));
      try (var dying = node("page-a", provider, valkey);
          var living = starting.join();
          var balancer = FaultProxy.inFrontOf(dying.port());
          var context = PageBrowser.context(Look.DESKTOP_LIGHT)) {
        var page = context.newPage();
        page.navigate("http://localhost:" + balancer.port() + "/#key=" + LarderProcess.KEY);
        write(page, "dies", "Go on whatever happens");
        var answer = page.locator("[data-turn=assistant]");
        assertThat(answer).containsText("Half of");
        page.getByLabel("Message").fill("A draft");
        // what had come up to a second before is what survives
        var id = page.url().substring(page.url().lastIndexOf('/') + 1);
        var kept = living.request("/api/conversations/" + id).build();
        Await.until(
            "the half is kept", () -> Api.text(LarderProcess.send(kept)).contains("Half of"));

        dying.process().descendants().forEach(ProcessHandle::destroyForcibly);
        dying.process().destroyForcibly().waitFor();
        balancer.leadTo(living.port());
        balancer.reset();

        assertThat(answer.getByRole(AriaRole.ALERT)).isVisible();
        assertThat(answer).containsText("Half of");
        assertThat(page.getByLabel("Message")).hasValue("A draft");
        write(page, "lives", "And now?");
        assertThat(page.locator("[data-turn=assistant]").last()).containsText("All of it.");
      } finally {
        never.countDown();
      }
    }
  }

  private static void write(Page page, String model, String message) {
    page.getByLabel("Model", new Page.GetByLabelOptions().setExact(true)).fill(model);
    page.getByLabel("Message").fill(message);
    page.getByLabel("Message").press("Enter");
  }
}

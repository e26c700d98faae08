package it;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static it.Api.ask;
import static it.Api.cache;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.FilePayload;
import it.PageBrowser.Look;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The page at {@code #/cache} in a real browser: what administrators see, and what they can do. */
final class AdminPageIT {
  private static final String HOSTILE = "<img src=x onerror=alert(1)>";

  private static ScriptedProvider provider;
  private static ValkeyProcess valkey;
  private static LarderProcess node;

  @BeforeAll
  static void start() {
    provider = ScriptedProvider.start();
    provider.script(
        "m", (request, answer) -> answer.whole(200, "application/json", Chunks.whole("an answer")));
    provider.script(
        HOSTILE, (request, answer) -> answer.whole(200, "application/json", Chunks.whole(HOSTILE)));
    valkey = ValkeyProcess.start("--maxmemory", "64mb");
    node =
        LarderProcess.start(
            "admin-page",
            Map.of(
                "LARDER_VALKEY_URI",
                valkey.uri(),
                "LARDER_PROVIDER_P_URL",
                provider.url(),
                // the browser leaves the machine little time for anything else
                "LARDER_VALKEY_READ_TIMEOUT",
                "PT2S",
                // has a list of models, which the other one has not
                "LARDER_PROVIDER_DEMO_KIND",
                "demo",
                "LARDER_PROVIDER_DEMO_MODELS",
                "demo"));
  }

  @AfterAll
  static void stop() throws Exception {
    node.close();
    valkey.close();
    provider.close();
  }

  /** Opens the page, and fails afterwards if the browser has complained of anything. */
  private interface Visit {
    void on(Page page) throws Exception;
  }

  private static void visit(Look look, Visit visit) throws Exception {
    try (var context = PageBrowser.context(look)) {
      var page = context.newPage();
      var complaints = PageBrowser.complaints(page);
      // nothing in the cache may open one
      page.onDialog(dialog -> complaints.add("dialog: " + dialog.message()));
      page.navigate(node.uri("/#key=" + LarderProcess.KEY).toString());
      link(page, "Cache").click();
      assertThat(page.locator("larder-figures")).isVisible();
      visit.on(page);
      // that Larder refuses what is wrong is no fault of the page's
      complaints.removeIf(complaint -> complaint.endsWith("status of 400 (Bad Request)"));
      assertThat(complaints).isEmpty();
    }
  }

  private static Locator link(Page page, String name) {
    return page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName(name).setExact(true));
  }

  private static Locator section(Page page, String name) {
    return page.getByRole(
        AriaRole.REGION, new Page.GetByRoleOptions().setName(name).setExact(true));
  }

  private static Locator button(Locator within, String name) {
    return within.getByRole(
        AriaRole.BUTTON, new Locator.GetByRoleOptions().setName(name).setExact(true));
  }

  private static Locator dialog(Page page) {
    return page.getByRole(AriaRole.DIALOG).last();
  }

  private static Locator rows(Page page) {
    return page.locator("larder-entries tbody tr");
  }

  private static String asked(String words, String... headers) {
    return cache(node.chat(ask("m", words), headers));
  }

  /** Asks with a tag, so that a test has entries of its own. */
  private static String tagged(String tag, String words) {
    return asked(words, "Larder-Cache", "tags=(\"" + tag + "\")");
  }

  /** Shows the entries with a tag alone. */
  private static void filter(Page page, String tag) {
    var entries = page.locator("larder-entries");
    entries.getByLabel("Tag", new Locator.GetByLabelOptions().setExact(true)).fill(tag);
    button(entries, "Show").click();
  }

  @ParameterizedTest
  @EnumSource(Look.class)
  void page_withTraffic_showsFiguresChartsStoresAndEntries(Look look) throws Exception {
    for (int i = 0; i < 6; i++) {
      tagged("traffic", "words " + i);
      tagged("traffic", "words " + i % 3);
    }
    visit(
        look,
        page -> {
          var tile = page.locator("larder-figures dl").getByText("%");
          assertThat(tile).isVisible();
          var chart =
              page.getByRole(
                  AriaRole.IMG,
                  new Page.GetByRoleOptions()
                      .setName(Pattern.compile("^Hit ratio\\. Hit ratio: last \\d+%")));
          chart.waitFor(new Locator.WaitForOptions().setTimeout(30_000));
          assertThat(section(page, "By type")).containsText("chat");
          assertThat(section(page, "By model")).containsText("m");
          assertThat(section(page, "Stores")).containsText("64.0 MiB");
          assertThat(section(page, "Stores")).containsText("closed, opened 0 times");
          filter(page, "traffic");
          assertThat(rows(page)).hasCount(6);
          assertThat(page.locator("larder-entries")).containsText("6 shown.");
          page.evaluate("scrollTo(0, 0)");
          PageBrowser.screenshot(page, "cache", look);
          page.screenshot(
              new Page.ScreenshotOptions()
                  .setFullPage(true)
                  .setPath(
                      Path.of(
                          "target/screenshots/cache-whole-"
                              + look.name().toLowerCase(Locale.ROOT)
                              + ".png")));
          // nothing but what scrolls by itself is wider than the page
          assertThat(page.evaluate("document.documentElement.scrollWidth - innerWidth"))
              .isEqualTo(0);

          var figure = page.locator("figure").first();
          figure.getByText("As a table").click();
          assertThat(figure.getByRole(AriaRole.ROW).getByText("%").first()).isVisible();
        });
  }

  @Test
  void invalidate_byTag_tellsHowManyAndTheNextAskIsAMiss() throws Exception {
    for (int i = 0; i < 3; i++) {
      tagged("jam", "jam " + i);
    }
    tagged("bread", "bread");
    assertThat(tagged("jam", "jam 0")).isEqualTo("HIT");
    visit(
        Look.DESKTOP_LIGHT,
        page -> {
          var form = page.locator("larder-invalidate");
          form.getByLabel("Tag", new Locator.GetByLabelOptions().setExact(true)).fill("jam");
          button(form, "Invalidate").click();
          assertThat(dialog(page)).containsText("Invalidate the tag “jam”? That hits 3 entries");
          PageBrowser.screenshot(page, "cache-invalidate", Look.DESKTOP_LIGHT);
          button(dialog(page), "Cancel").click();
          assertThat(form.getByRole(AriaRole.STATUS)).hasText("");
          assertThat(tagged("jam", "jam 0")).isEqualTo("HIT");

          button(form, "Invalidate").click();
          button(dialog(page), "Invalidate").click();
          assertThat(form.getByRole(AriaRole.STATUS))
              .hasText("Invalidated the tag “jam”: 3 entries.");
        });
    assertThat(tagged("jam", "jam 0")).isEqualTo("MISS");
    assertThat(tagged("bread", "bread")).isEqualTo("HIT");
  }

  @Test
  void invalidate_byOtherLabels_countsAndHits() throws Exception {
    visit(
        Look.PHONE_LIGHT,
        page -> {
          for (var label :
              List.of(
                  List.of("Type", "chat"),
                  List.of("Model", "m"),
                  List.of("User", "admin"),
                  List.of("Provider", "p"))) {
            assertThat(asked("by " + label)).isEqualTo("MISS");
            var form = page.locator("larder-invalidate");
            form.getByLabel("Invalidate by")
                .selectOption(label.getFirst().toLowerCase(Locale.ROOT));
            form.getByLabel(label.getFirst(), new Locator.GetByLabelOptions().setExact(true))
                .fill(label.getLast());
            button(form, "Invalidate").click();
            assertThat(dialog(page)).containsText(Pattern.compile("That hits [1-9][0-9]* entr"));
            button(dialog(page), "Invalidate").click();
            assertThat(form.getByRole(AriaRole.STATUS)).containsText("Invalidated the");
            assertThat(asked("by " + label)).isEqualTo("MISS");
          }
        });
  }

  @Test
  void entry_detailAndDelete_isGoneAfterwards() throws Exception {
    tagged("detail", "detail");
    visit(
        Look.DESKTOP_DARK,
        page -> {
          filter(page, "detail");
          assertThat(rows(page)).hasCount(1);
          buttonThatBegins(rows(page), "Details of").click();
          assertThat(dialog(page)).containsText("admin of default");
          assertThat(dialog(page)).containsText(Pattern.compile("[0-9a-f]{64}"));
          PageBrowser.screenshot(page, "cache-entry", Look.DESKTOP_DARK);
          page.keyboard().press("Escape");
          assertThat(page.getByRole(AriaRole.DIALOG)).hasCount(0);

          buttonThatBegins(rows(page), "Details of").click();
          button(dialog(page), "Delete").click();
          assertThat(dialog(page)).containsText("Delete the entry");
          button(dialog(page), "Delete").click();
          assertThat(page.locator("larder-entries")).containsText("The entry is deleted.");
          assertThat(rows(page)).hasCount(0);
        });
    assertThat(tagged("detail", "detail")).isEqualTo("MISS");
  }

  private static Locator buttonThatBegins(Locator within, String beginning) {
    return within.getByRole(
        AriaRole.BUTTON,
        new Locator.GetByRoleOptions().setName(Pattern.compile("^" + beginning + " ")));
  }

  @Test
  void entry_ofHostileText_staysText() throws Exception {
    var hostile = ask(HOSTILE, "hostile");
    assertThat(cache(node.chat(hostile, "Larder-Cache", "tags=(\"<b onclick=alert(2)>\")")))
        .isEqualTo("MISS");
    visit(
        Look.PHONE_DARK,
        page -> {
          filter(page, "<b onclick=alert(2)>");
          assertThat(rows(page)).hasCount(1);
          assertThat(rows(page)).containsText(HOSTILE);
          assertThat(rows(page)).containsText("<b onclick=alert(2)>");
          buttonThatBegins(rows(page), "Details of").click();
          assertThat(dialog(page)).containsText(HOSTILE);
          assertThat(page.locator("larder-cache img, larder-cache b")).hasCount(0);
          PageBrowser.screenshot(page, "cache-entry", Look.PHONE_DARK);
        });
  }

  @Test
  void entries_ofManyPages_areShownBitByBit() throws Exception {
    for (int i = 0; i < 120; i++) {
      tagged("many", "many " + i);
    }
    visit(
        Look.DESKTOP_LIGHT,
        page -> {
          filter(page, "many");
          var entries = page.locator("larder-entries");
          assertThat(entries.getByRole(AriaRole.STATUS)).containsText("there may be more");
          while (button(entries, "Show more").isVisible()) {
            int before = rows(page).count();
            button(entries, "Show more").click();
            assertThat(entries.getByRole(AriaRole.STATUS)).not().containsText("Reading");
            assertThat(rows(page).count()).isGreaterThanOrEqualTo(before);
          }
          assertThat(rows(page)).hasCount(120);
        });
  }

  @Test
  void warm_aFile_showsProgressAndTheAnswersAreThere() throws Exception {
    var released = new CountDownLatch(1);
    provider.script(
        "slow",
        (request, answer) -> {
          if (request.body().contains("warm 9")) {
            assertThat(released.await(60, TimeUnit.SECONDS)).isTrue();
          }
          answer.whole(200, "application/json", Chunks.whole("warm"));
        });
    var file =
        IntStream.range(0, 10)
            .mapToObj(i -> ask("slow", "warm " + i))
            .collect(Collectors.joining("\n", "", "\n"));
    visit(
        Look.DESKTOP_LIGHT,
        page -> {
          var warm = page.locator("larder-warm");
          choose(warm, file);
          assertThat(warm.getByRole(AriaRole.STATUS).first()).hasText("warm.jsonl: 10 requests");
          button(warm, "Warm the cache").click();
          assertThat(warm).containsText("9 of 10 done");
          assertThat(warm.getByRole(AriaRole.PROGRESSBAR)).hasAttribute("max", "10");
          warm.scrollIntoViewIfNeeded();
          PageBrowser.screenshot(page, "cache-warm", Look.DESKTOP_LIGHT);
          // the page of another room does not forget it
          link(page, "Chat").click();
          link(page, "Cache").click();
          assertThat(page.locator("larder-warm")).containsText("9 of 10 done");
          released.countDown();
          assertThat(page.locator("larder-warm")).containsText("Warmed.");
          assertThat(page.locator("larder-warm")).containsText("10 of 10 done");
        });
    assertThat(cache(node.chat(ask("slow", "warm 3")))).isEqualTo("HIT");
  }

  @Test
  void warm_cancelledOrWrong_isTold() throws Exception {
    var released = new CountDownLatch(1);
    provider.script(
        "stuck",
        (request, answer) -> {
          assertThat(released.await(60, TimeUnit.SECONDS)).isTrue();
          answer.whole(200, "application/json", Chunks.whole("stuck"));
        });
    visit(
        Look.PHONE_LIGHT,
        page -> {
          var warm = page.locator("larder-warm");
          warm.getByLabel("Requests, one a line").fill(ask("m", "fine") + "\nno JSON\n");
          button(warm, "Warm the cache").click();
          assertThat(warm.getByRole(AriaRole.ALERT)).containsText("line 2");
          PageBrowser.screenshot(page, "cache-warm-wrong", Look.PHONE_LIGHT);
          button(warm, "Clear").click();

          warm.getByLabel("Requests, one a line")
              .fill(ask("stuck", "1") + "\n" + ask("stuck", "2"));
          button(warm, "Warm the cache").click();
          assertThat(warm).containsText("0 of 2 done");
          page.waitForResponse(
              answer -> answer.request().method().equals("DELETE"),
              () -> button(warm, "Cancel").click());
          released.countDown();
          assertThat(warm).containsText("Warming was cancelled");
        });
  }

  private static void choose(Locator warm, String content) {
    warm.locator("input[type=file]")
        .setInputFiles(
            new FilePayload(
                "warm.jsonl", "application/jsonl", content.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void export_isOfferedAsAFile() throws Exception {
    tagged("export", "export");
    visit(
        Look.DESKTOP_LIGHT,
        page -> {
          var download = page.waitForDownload(() -> link(page, "Export all entries").click());
          assertThat(download.suggestedFilename()).isEqualTo("larder-cache.jsonl");
          assertThat(download.path()).content().contains("\"tag:export\"");
        });
  }

  @Test
  void user_whoIsNoAdministrator_isNotShownThePage() {
    var made = Api.json(new Api(node).post("/api/keys", "{\"owner\":\"page-user\"}"));
    try (var context = PageBrowser.context(Look.DESKTOP_LIGHT)) {
      var page = context.newPage();
      page.navigate(node.uri("/#key=" + made.get("key").asText()).toString());
      assertThat(link(page, "Chat")).isVisible();
      assertThat(link(page, "Cache")).hasCount(0);
      page.navigate(node.uri("/#/cache").toString());
      assertThat(page.locator("main")).containsText("This page is for administrators.");
    }
  }
}

package it;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static it.Shared.LARDER;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The page at {@code /} in a real browser, by role and label as people find their way. */
final class PageIT {
  private static Playwright playwright;
  private static Browser browser;

  @BeforeAll
  static void open() {
    var program = Requires.browser();
    // the browser is the machine's own; none may be fetched
    playwright =
        Playwright.create(
            new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
    browser =
        playwright
            .chromium()
            .launch(
                new BrowserType.LaunchOptions()
                    .setExecutablePath(program)
                    .setArgs(
                        List.of(
                            "--no-sandbox",
                            "--disable-gpu",
                            "--no-first-run",
                            "--disable-background-networking",
                            "--disable-component-update",
                            "--disable-sync")));
  }

  @AfterAll
  static void close() {
    if (playwright != null) {
      playwright.close();
    }
  }

  @Test
  void journey_signInAskAskAgainBypass_showsWhereAnswersComeFrom() {
    try (var context =
        browser.newContext(
            new Browser.NewContextOptions()
                .setViewportSize(1000, 900)
                .setColorScheme(ColorScheme.LIGHT))) {
      var page = context.newPage();
      var complaints = complaints(page);
      page.navigate(LARDER.uri("/#key=" + LarderProcess.KEY).toString());

      var question = page.getByLabel("Your question");
      question.fill("What does a larder keep, in this journey?");
      page.getByLabel("Model").fill("demo");
      ask(page);
      assertThat(answer(page).getByRole(AriaRole.STATUS)).containsText("This is a demonstration");
      assertThat(answer(page)).containsText("MISS");
      assertThat(answer(page)).containsText("took");

      ask(page);
      assertThat(answer(page)).containsText("HIT");
      assertThat(answer(page)).containsText("age 0 s");
      assertThat(answer(page)).containsText("saved");
      assertThat(answer(page)).containsText("key");
      page.screenshot(
          new Page.ScreenshotOptions().setPath(Path.of("target/screenshots/page-light.png")));

      page.getByLabel("Bypass the cache").check();
      ask(page);
      assertThat(answer(page)).containsText("BYPASS");

      assertThat(page.url()).doesNotContain("key");
      page.reload();
      assertThat(page.getByLabel("Your question")).isVisible();
      assertThat(
              page.evaluate(
                  "document.cookie + JSON.stringify([{...sessionStorage}, {...localStorage}])"))
          .isEqualTo("[{},{}]");
      assertThat(complaints).isEmpty();
      page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Sign out")).click();
      assertThat(page.getByLabel("API key")).isVisible();
    }
  }

  @Test
  void signIn_wrongKey_isToldAndTheRightOneLetsIn() {
    try (var context =
        browser.newContext(
            new Browser.NewContextOptions()
                .setViewportSize(390, 800)
                .setColorScheme(ColorScheme.DARK))) {
      var page = context.newPage();
      page.navigate(LARDER.uri("/").toString());
      page.getByLabel("API key").fill("wrong");
      page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Sign in")).click();
      assertThat(page.getByRole(AriaRole.ALERT)).containsText("an API key of Larder is needed");

      page.getByLabel("API key").fill(LarderProcess.KEY);
      page.getByLabel("API key").press("Enter");
      page.getByLabel("Your question").fill("<img src=x onerror=alert(1)> & <b>bold</b>");
      page.getByLabel("Model").fill("demo");
      page.getByLabel("Your question").press("Enter");
      // hostile text stays text
      assertThat(answer(page).getByRole(AriaRole.STATUS))
          .containsText("<img src=x onerror=alert(1)>");
      assertThat(answer(page)).containsText("MISS");
      assertThat(answer(page).locator("img")).hasCount(0);
      page.screenshot(
          new Page.ScreenshotOptions().setPath(Path.of("target/screenshots/page-dark.png")));
    }
  }

  @Test
  void ask_unknownModel_isTold() {
    try (var context = browser.newContext()) {
      var page = context.newPage();
      page.navigate(LARDER.uri("/#key=" + LarderProcess.KEY).toString());
      page.getByLabel("Model").fill("unheard-of");
      ask(page);

      assertThat(answer(page).getByRole(AriaRole.ALERT)).containsText("unheard-of");
    }
  }

  private static void ask(Page page) {
    page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Ask").setExact(true))
        .click();
  }

  private static Locator answer(Page page) {
    return page.locator("larder-answer").first();
  }

  /** What the browser's console complains of, breaches of the content security policy included. */
  private static List<String> complaints(Page page) {
    var complaints = new ArrayList<String>();
    page.onConsoleMessage(
        message -> {
          if (message.type().equals("error") || message.type().equals("warning")) {
            complaints.add(message.text());
          }
        });
    page.onPageError(complaints::add);
    return complaints;
  }
}

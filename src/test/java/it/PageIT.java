package it;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static it.Shared.LARDER;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import it.PageBrowser.Look;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The page at {@code /} in a real browser, by role and label as people find their way. */
final class PageIT {
  private static final String OF_THIS_RUN = UUID.randomUUID().toString().substring(0, 8);

  @ParameterizedTest
  @EnumSource(Look.class)
  void journey_askTwiceAndBypass_showsWhereAnswersComeFrom(Look look) {
    try (var context = PageBrowser.context(look)) {
      var page = context.newPage();
      var complaints = PageBrowser.complaints(page);
      page.navigate(LARDER.uri("/#key=" + LarderProcess.KEY).toString());
      assertThat(page.url()).doesNotContain("key");

      var question =
          "What does a larder keep in winter? " + UUID.randomUUID().toString().substring(0, 6);
      say(page, question);
      assertThat(answer(page)).containsText("This is a demonstration");
      assertThat(answer(page)).containsText("MISS");
      assertThat(answer(page)).containsText("took");

      page.getByRole(AriaRole.BUTTON, button("Try again")).click();
      assertThat(answer(page)).containsText("HIT");
      assertThat(answer(page)).containsText("age");
      assertThat(answer(page)).containsText("saved");
      assertThat(page.getByText("2 / 2")).isVisible();
      PageBrowser.screenshot(page, "chat-hit", look);

      page.getByRole(AriaRole.BUTTON, button("Details")).click();
      var details = page.getByRole(AriaRole.DIALOG);
      assertThat(details).containsText("the same request had been asked before");
      assertThat(details).containsText("cache-status");
      assertThat(details).containsText("Kept since");
      PageBrowser.screenshot(page, "chat-details", look);
      details.getByRole(AriaRole.BUTTON, within("Close")).click();

      page.getByLabel("Cache", label()).selectOption("bypass");
      say(page, question + " And beside?");
      assertThat(answer(page)).containsText("BYPASS");

      assertThat(
              page.evaluate(
                  "document.cookie + JSON.stringify([{...sessionStorage}, {...localStorage}])"))
          .isEqualTo("[{},{}]");
      assertThat(complaints).isEmpty();
      page.getByRole(AriaRole.BUTTON, button("Sign out")).click();
      assertThat(page.getByLabel("API key")).isVisible();
    }
  }

  @ParameterizedTest
  @EnumSource(Look.class)
  void firstRun_exampleAskedTwice_explainsBoth(Look look) {
    try (var context = PageBrowser.context(look)) {
      var page = context.newPage();
      page.navigate(LARDER.uri("/#key=" + newUser()).toString());
      PageBrowser.screenshot(page, "chat-welcome", look);
      page.getByRole(AriaRole.BUTTON, button("Try an example")).click();
      assertThat(page.getByText("so the provider did the work: a MISS")).isVisible();
      page.getByRole(AriaRole.BUTTON, button("Ask the same again")).click();
      assertThat(page.getByText("so the answer came from the cache: a HIT")).isVisible();
      PageBrowser.screenshot(page, "chat-first-run", look);
    }
  }

  @ParameterizedTest
  @EnumSource(Look.class)
  void askFresh_ofAHit_comparesBoth(Look look) {
    try (var context = PageBrowser.context(look)) {
      var page = signedIn(context.newPage());
      say(page, "Ask me afresh on " + look + " in " + OF_THIS_RUN);
      page.getByRole(AriaRole.BUTTON, button("Ask again fresh")).click();
      var compared = page.getByRole(AriaRole.DIALOG);
      assertThat(compared).containsText("They are the same, to the letter.");
      PageBrowser.screenshot(page, "chat-compare", look);
    }
  }

  @ParameterizedTest
  @EnumSource(Look.class)
  void reload_inMidAnswer_goesOnToItsEnd(Look look) {
    try (var context = PageBrowser.context(look)) {
      var page = signedIn(context.newPage());
      var complaints = PageBrowser.complaints(page);
      write(page, "Reload me on " + look + " in " + OF_THIS_RUN);
      assertThat(page.locator("larder-markdown")).containsText("This is a demonstration");
      page.reload();
      assertThat(answer(page)).containsText("restart.");
      assertThat(answer(page)).containsText("MISS");
      assertThat(page.locator("larder-turn")).hasCount(2);
      assertThat(page.locator("larder-markdown").textContent())
          .containsOnlyOnce("This is a demonstration")
          .containsOnlyOnce("Reload me on");
      assertThat(complaints).isEmpty();
      PageBrowser.screenshot(page, "chat-reloaded", look);
    }
  }

  @Test
  void switchOfConversation_inMidAnswer_losesNothing() {
    try (var context = PageBrowser.context(Look.DESKTOP_LIGHT)) {
      var page = signedIn(context.newPage());
      write(page, "Leave me in " + OF_THIS_RUN);
      assertThat(page.locator("larder-markdown")).containsText("This is a demonstration");
      page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("New conversation"))
          .click();
      say(page, "The other one in " + OF_THIS_RUN);
      page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Leave me in")).click();
      assertThat(answer(page)).containsText("restart.");
      assertThat(page.locator("larder-turn")).hasCount(2);
    }
  }

  @Test
  void edit_ofATurn_isABranchAndTheOldOneStays() {
    try (var context = PageBrowser.context(Look.DESKTOP_LIGHT)) {
      var page = signedIn(context.newPage());
      say(page, "First words in " + OF_THIS_RUN);
      page.getByRole(AriaRole.BUTTON, button("Edit")).click();
      page.getByLabel("Edit", label()).fill("Other words in " + OF_THIS_RUN);
      page.getByRole(AriaRole.ARTICLE).getByRole(AriaRole.BUTTON, within("Send")).click();
      assertThat(answer(page)).containsText("Other words");
      assertThat(answer(page)).containsText("took");
      page.getByRole(AriaRole.BUTTON, button("Previous branch")).click();
      assertThat(answer(page)).containsText("First words");
    }
  }

  @Test
  void conversation_renamedSearchedAndDeleted_isSo() {
    try (var context = PageBrowser.context(Look.DESKTOP_LIGHT)) {
      var page = context.newPage();
      page.navigate(LARDER.uri("/#key=" + newUser()).toString());
      say(page, "To be renamed");
      menu(page, "To be renamed");
      page.getByRole(AriaRole.BUTTON, button("Rename")).click();
      page.getByLabel("Title", label()).fill("<i>Jam</i>");
      page.getByLabel("Title", label()).press("Enter");
      var entry = page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("<i>Jam</i>"));
      assertThat(entry).isVisible();

      page.getByLabel("Search titles").fill("nowhere");
      assertThat(page.getByText("No title has that.")).isVisible();
      page.getByLabel("Search titles").fill("jam");
      assertThat(entry).isVisible();

      menu(page, "<i>Jam</i>");
      page.getByRole(AriaRole.BUTTON, button("Delete")).click();
      page.getByRole(AriaRole.DIALOG).getByRole(AriaRole.BUTTON, within("Delete")).click();
      assertThat(entry).hasCount(0);
      assertThat(page.locator("larder-turn")).hasCount(0);
    }
  }

  @Test
  void signIn_wrongKey_isToldAndTheRightOneLetsIn() {
    try (var context = PageBrowser.context(Look.PHONE_DARK)) {
      var page = context.newPage();
      page.navigate(LARDER.uri("/").toString());
      page.getByLabel("API key").fill("wrong");
      PageBrowser.screenshot(page, "sign-in", Look.PHONE_DARK);
      page.getByRole(AriaRole.BUTTON, button("Sign in")).click();
      assertThat(page.getByRole(AriaRole.ALERT)).containsText("an API key of Larder is needed");

      page.getByLabel("API key").fill(LarderProcess.KEY);
      page.getByLabel("API key").press("Enter");
      assertThat(page.getByLabel("Message")).isVisible();
    }
  }

  @Test
  void say_unknownModel_isToldAndWhatWasTypedStays() {
    try (var context = PageBrowser.context(Look.DESKTOP_LIGHT)) {
      var page = signedIn(context.newPage());
      page.getByLabel("Model", label()).fill("unheard-of");
      page.getByLabel("Message").fill("Is anybody there?");
      page.getByLabel("Message").press("Enter");
      assertThat(page.getByRole(AriaRole.ALERT).filter(visible())).containsText("unheard-of");
      assertThat(page.getByLabel("Message")).hasValue("Is anybody there?");
    }
  }

  @Test
  void answer_hostile_staysText() {
    try (var context = PageBrowser.context(Look.DESKTOP_LIGHT)) {
      var page = signedIn(context.newPage());
      page.onDialog(
          dialog -> {
            throw new AssertionError("a dialog: " + dialog.message());
          });
      say(page, "<img src=x onerror=alert(1)> & <b>bold</b> [link](javascript:alert(2))");
      assertThat(answer(page)).containsText("<img src=x onerror=alert(1)>");
      assertThat(answer(page).locator("img, b, a[href^=javascript]")).hasCount(0);
    }
  }

  /** A key of a user that nobody else has asked with. */
  private static String newUser() {
    var owner = "u-" + UUID.randomUUID().toString().substring(0, 8);
    return Api.json(LARDER.post("/api/keys", "{\"owner\":\"" + owner + "\",\"roles\":[\"user\"]}"))
        .get("key")
        .asText();
  }

  private static Page signedIn(Page page) {
    page.navigate(LARDER.uri("/#key=" + LarderProcess.KEY).toString());
    return page;
  }

  /** Says something, and waits for the end of the answer. */
  private static void say(Page page, String message) {
    write(page, message);
    assertThat(answer(page).getByRole(AriaRole.BUTTON, within("Details"))).isVisible();
    assertThat(page.getByRole(AriaRole.BUTTON, button("Send"))).isVisible();
  }

  private static void write(Page page, String message) {
    page.getByLabel("Model", label()).fill("demo");
    page.getByLabel("Message").fill(message);
    page.getByLabel("Message").press("Enter");
  }

  private static void menu(Page page, String title) {
    page.locator("summary[aria-label='Actions for " + title + "']").click();
  }

  /** The last answer. */
  private static Locator answer(Page page) {
    return page.locator("[data-turn=assistant]").last();
  }

  private static Locator.FilterOptions visible() {
    return new Locator.FilterOptions().setVisible(true);
  }

  private static Page.GetByRoleOptions button(String name) {
    return new Page.GetByRoleOptions().setName(name).setExact(true);
  }

  private static Locator.GetByRoleOptions within(String name) {
    return new Locator.GetByRoleOptions().setName(name).setExact(true);
  }

  private static Page.GetByLabelOptions label() {
    return new Page.GetByLabelOptions().setExact(true);
  }
}

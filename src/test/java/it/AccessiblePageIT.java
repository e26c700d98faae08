package it;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static it.Shared.LARDER;
import static org.assertj.core.api.Assertions.assertThat;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import it.PageBrowser.Look;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a machine can find of what would stop people with disabilities (WCAG 2.2 AA). */
final class AccessiblePageIT {
  private static final List<String> RULES =
      List.of("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice");

  @ParameterizedTest
  @EnumSource(Look.class)
  void pages_haveNoViolations(Look look) {
    try (var context = PageBrowser.context(look)) {
      var page = context.newPage();
      page.navigate(LARDER.uri("/").toString());
      assertThat(page.getByLabel("API key")).isVisible();
      assertIsAccessible(page);

      page.getByLabel("API key").fill(LarderProcess.KEY);
      page.getByLabel("API key").press("Enter");
      assertThat(page.getByLabel("Message")).isVisible();
      assertIsAccessible(page);

      page.getByLabel("Model", new Page.GetByLabelOptions().setExact(true)).fill("demo");
      page.getByLabel("Message").fill("Is this for everybody, on " + look + "?");
      page.getByLabel("Message").press("Enter");
      var details =
          page.getByRole(
              AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Details").setExact(true));
      assertThat(details).isVisible();
      page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Parameters")).click();
      assertIsAccessible(page);
      details.click();
      assertThat(page.getByRole(AriaRole.DIALOG)).isVisible();
      assertIsAccessible(page);
      page.getByRole(AriaRole.DIALOG)
          .getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName("Close"))
          .click();

      for (var name : List.of("Cache", "Limits", "API keys")) {
        page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName(name).setExact(true))
            .click();
        assertThat(
                page.getByRole(
                    AriaRole.HEADING, new Page.GetByRoleOptions().setName(name).setLevel(1)))
            .isVisible();
        assertIsAccessible(page);
      }
    }
  }

  private static void assertIsAccessible(Page page) {
    var found =
        new AxeBuilder(page)
            .withTags(RULES).analyze().getViolations().stream()
                .map(rule -> rule.getId() + ": " + rule.getHelp() + " " + rule.getNodes())
                .toList();
    assertThat(found).isEmpty();
  }
}

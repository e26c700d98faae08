package it;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static it.Api.ask;
import static it.Api.json;
import static it.Shared.LARDER;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import it.PageBrowser.Look;
import java.net.http.HttpRequest;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The pages of keys and limits in a real browser, by role and label. */
final class KeysPageIT {
  private static final String HOSTILE = "<img/src=x/onerror=alert(1)>";

  private static String name() {
    return "u-" + UUID.randomUUID().toString().substring(0, 8);
  }

  private static String user(String body) {
    return json(new Api(LARDER).post("/api/keys", body)).get("key").asText();
  }

  private static Page signedIn(Page page, String key, String hash) {
    page.navigate(LARDER.uri("/#key=" + key).toString());
    assertThat(page.getByRole(AriaRole.NAVIGATION)).isVisible();
    page.navigate(LARDER.uri("/" + hash).toString());
    return page;
  }

  private static Page.GetByRoleOptions named(String name) {
    return new Page.GetByRoleOptions().setName(name);
  }

  private static Locator.GetByRoleOptions within(String name) {
    return new Locator.GetByRoleOptions().setName(name);
  }

  private static int status(String key, String model) {
    var request =
        HttpRequest.newBuilder(LARDER.uri("/v1/chat/completions"))
            .header("Authorization", "Bearer " + key)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(ask(model, "by a key of the page")))
            .build();
    return LarderProcess.send(request).statusCode();
  }

  private static boolean isWide(Page page) {
    return (boolean)
        page.evaluate(
            "document.documentElement.scrollWidth > document.documentElement.clientWidth");
  }

  @ParameterizedTest
  @EnumSource(Look.class)
  void key_madeUsedAndRevoked_isGoodForThatLong(Look look) {
    try (var context = PageBrowser.context(look)) {
      var owner = name();
      var page = signedIn(context.newPage(), user("{\"owner\":\"" + owner + "\"}"), "#/keys");
      var complaints = PageBrowser.complaints(page);
      page.getByRole(AriaRole.BUTTON, named("New key")).click();
      page.getByLabel("Models").fill("demo, " + HOSTILE);
      page.getByLabel("Limits").fill("requests=9;w=60");
      PageBrowser.screenshot(page, "keys-form", look);
      page.getByRole(AriaRole.BUTTON, named("Make the key")).click();

      var secret = page.locator("[data-secret]");
      assertThat(secret).containsText("lk_");
      var key = secret.textContent().strip();
      assertThat(status(key, "demo")).isEqualTo(200);
      assertThat(status(key, "another")).isNotEqualTo(200);
      var keys = page.getByRole(AriaRole.LIST, named("API keys")).getByRole(AriaRole.LISTITEM);
      assertThat(keys).hasCount(2);
      var made = keys.filter(new Locator.FilterOptions().setHasText(HOSTILE));
      assertThat(made).containsText("requests=9;w=60");
      assertThat(isWide(page)).as("scrolls sideways").isFalse();
      PageBrowser.screenshot(page, "keys-made", look);
      page.getByRole(AriaRole.BUTTON, named("I have it")).click();
      assertThat(page.getByText(key)).hasCount(0);

      made.getByRole(AriaRole.BUTTON, within("Revoke")).click();
      var asked = page.getByRole(AriaRole.DIALOG);
      PageBrowser.screenshot(page, "keys-revoke", look);
      asked.getByRole(AriaRole.BUTTON, within("Cancel")).click();
      assertThat(status(key, "demo")).as("asked back").isEqualTo(200);
      made.getByRole(AriaRole.BUTTON, within("Revoke")).click();
      asked.getByRole(AriaRole.BUTTON, within("Revoke")).click();
      assertThat(keys).hasCount(1);
      assertThat(status(key, "demo")).isEqualTo(401);
      assertThat(complaints).isEmpty();
    }
  }

  @Test
  void key_replaced_isShownOnceAndTheOldOneGoes() {
    try (var context = PageBrowser.context(Look.DESKTOP_LIGHT)) {
      var owner = name();
      var old = user("{\"owner\":\"" + owner + "\"}");
      var page = signedIn(context.newPage(), user("{\"owner\":\"" + owner + "\"}"), "#/keys");
      var id = json(new Api(LARDER).get("/api/keys?owner=" + owner)).get("keys").get(0).get("id");
      page.getByRole(AriaRole.BUTTON, named("Replace the key " + owner)).first().click();
      var asked = page.getByRole(AriaRole.DIALOG);
      asked.getByLabel("The old one is good for").selectOption("PT24H");
      asked.getByRole(AriaRole.BUTTON, within("Replace")).click();
      assertThat(page.locator("[data-secret]")).containsText("lk_");
      var other = page.locator("[data-secret]").textContent().strip();
      assertThat(status(other, "demo")).isEqualTo(200);
      assertThat(status(old, "demo")).as("for a day yet, whichever of the two").isEqualTo(200);
      assertThat(page.getByText(id.asText()).first()).isVisible();
      page.reload();
      assertThat(page.getByRole(AriaRole.HEADING, named("API keys"))).isVisible();
      assertThat(page.getByText(other)).hasCount(0);
    }
  }

  @Test
  void form_badInput_saysWhatIsWrongAndKeepsWhatWasSaid() {
    try (var context = PageBrowser.context(Look.PHONE_LIGHT)) {
      var page = signedIn(context.newPage(), LarderProcess.KEY, "#/keys");
      page.getByRole(AriaRole.BUTTON, named("New key")).click();
      page.getByLabel("Owner").fill("<b>anna</b>");
      page.getByRole(AriaRole.BUTTON, named("Make the key")).click();
      assertThat(
              page.getByRole(AriaRole.ALERT)
                  .filter(new Locator.FilterOptions().setHasText("owner must be 1 to 128 letters")))
          .containsText("was <b>anna</b>");
      assertThat(page.getByLabel("Owner")).hasValue("<b>anna</b>");
      assertThat(isWide(page)).as("scrolls sideways").isFalse();
    }
  }

  @ParameterizedTest
  @EnumSource(Look.class)
  void session_lost_isSignedOutFromAnotherBrowser(Look look) {
    var key = user("{\"owner\":\"" + name() + "\"}");
    var lost = Browser.signIn(LARDER, key, "User-Agent", "<b>lost</b>" + HOSTILE);
    try (var context = PageBrowser.context(look)) {
      var page = signedIn(context.newPage(), key, "#/keys");
      var sessions =
          page.getByRole(AriaRole.LIST, named("Where you are signed in"))
              .getByRole(AriaRole.LISTITEM);
      assertThat(sessions).hasCount(2);
      assertThat(sessions.filter(new Locator.FilterOptions().setHasText("This browser")))
          .hasCount(1);
      assertThat(sessions.filter(new Locator.FilterOptions().setHasText("<b>lost</b>" + HOSTILE)))
          .hasCount(1);
      PageBrowser.screenshot(page, "keys-sessions", look);
      page.getByRole(AriaRole.BUTTON, named("Sign it out")).click();
      page.getByRole(AriaRole.DIALOG).getByRole(AriaRole.BUTTON, within("Sign it out")).click();
      assertThat(sessions).hasCount(1);
      assertThat(lost.isKnown()).isFalse();
      assertThat(page.getByRole(AriaRole.BUTTON, named("Sign out all others"))).hasCount(0);
    }
  }

  @ParameterizedTest
  @EnumSource(Look.class)
  void limits_oneUsedUp_isShownWithItsCountdown(Look look) {
    var limits = "requests=5;w=3600, tokens=100000;w=86400, concurrent=4";
    var key = user("{\"owner\":\"" + name() + "\",\"limits\":\"" + limits + "\"}");
    for (int i = 0; i < 5; i++) {
      assertThat(status(key, "demo")).isEqualTo(200);
    }
    assertThat(status(key, "demo")).isEqualTo(429);
    try (var context = PageBrowser.context(look)) {
      var page = context.newPage();
      var complaints = PageBrowser.complaints(page);
      signedIn(page, key, "#/limits");
      var policy =
          page.getByRole(AriaRole.LISTITEM)
              .filter(new Locator.FilterOptions().setHasText("key-requests"));
      assertThat(policy).containsText("Used up");
      assertThat(policy).containsText("0 of 5 left");
      assertThat(policy).containsText("5 requests in any hour");
      assertThat(policy.getByRole(AriaRole.METER, within("Left of key-requests"))).isVisible();
      var timer = policy.getByRole(AriaRole.TIMER);
      var first = timer.textContent();
      assertThat(first).matches("\\s*more in \\d+:\\d\\d(:\\d\\d)?\\s*");
      assertThat(timer).not().hasText(first.strip());
      assertThat(page.getByRole(AriaRole.HEADING, named("The API key that you use"))).isVisible();
      assertThat(isWide(page)).as("scrolls sideways").isFalse();
      PageBrowser.screenshot(page, "limits", look);
      // the list of models, which counts as a request
      assertThat(complaints).hasSize(1).first().asString().contains("status of 429");
    }
  }
}

package it;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static it.Chunks.DONE;
import static it.Chunks.STOP;
import static it.Chunks.USAGE;
import static it.Chunks.first;
import static it.Chunks.more;
import static it.Shared.LARDER;
import static it.Shared.SCRIPTED;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.FilePayload;
import it.PageBrowser.Look;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The chat on bad days: cut connections, refusals, answers that are hostile, huge or many. */
final class ChatPageIT {
  /** As JSON strings. */
  private static final List<String> HOSTILE =
      List.of(
          "<script>alert(1)</script>",
          "<img src=x onerror=alert(1)>",
          "<svg/onload=alert(1)>",
          "<svg><script>alert(1)</script></svg>",
          "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
          "<math><mi//xlink:href='data:x,<script>alert(1)</script>'>",
          "<style>@import 'javascript:alert(1)';</style>",
          "<a href='javascript:alert(1)'>x</a>",
          "[x](javascript:alert(1))",
          "[x](JaVaScRiPt:alert(1))",
          "[x](java&#115;cript:alert(1))",
          "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
          "[x](vbscript:msgbox(1))",
          "[x](  javascript:alert(1))",
          "<javascript:alert(1)>",
          "![x](javascript:alert(1))",
          "![x](https://127.0.0.1:1/pixel.png)",
          "![x\\\" onerror=\\\"alert(1)](y)",
          "[x]: javascript:alert(1)\\n\\n[x]",
          "```html onload=alert(1)\\n<script>alert(1)</script>\\n```",
          "```\\\"><img src=x onerror=alert(1)>\\n<b>\\n```",
          "`<img src=x onerror=alert(1)>`",
          "| <img src=x onerror=alert(1)> |\\n|---|\\n| <b onmouseover=alert(1)>x</b> |",
          "- [ ] <input autofocus onfocus=alert(1)>",
          "> <details open ontoggle=alert(1)>",
          "# <base href='https://127.0.0.1:1/'>",
          "&lt;script&gt;alert(1)&lt;/script&gt;",
          "&#60;img src=x onerror=alert(1)&#62;",
          "<!--<img src=x onerror=alert(1)>-->",
          "<![CDATA[<img src=x onerror=alert(1)>]]>",
          "<p id=x onclick=alert(1) style='position:fixed;inset:0'>cover</p>",
          "<form action='https://127.0.0.1:1/'><button>Sign in</button></form>",
          "<meta http-equiv=refresh content='0;url=https://127.0.0.1:1/'>",
          "<link rel=stylesheet href='https://127.0.0.1:1/x.css'>",
          "<object data='javascript:alert(1)'></object>",
          "\\u202e<img src=x onerror=alert(1)>",
          "{{constructor.constructor('alert(1)')()}} ${alert(1)}");

  private static final String FORBIDDEN =
      "script, img, svg, iframe, style, object, form, base, meta, link, details, math, [onerror],"
          + " [onclick], [onload], [style], [id], [srcdoc]";

  private static final String RUN = UUID.randomUUID().toString().substring(0, 8);

  @Test
  void connection_cutInMidAnswer_goesOnWithoutGapOrDouble() {
    var released = new CountDownLatch(1);
    SCRIPTED.script("p-page-cut", inHalves(released, "One, two, ", "three, four."));
    try (var network = FaultProxy.inFrontOf(LARDER.port());
        var context = PageBrowser.context(Look.DESKTOP_LIGHT)) {
      var page = signedIn(context, "http://localhost:" + network.port());
      write(page, "p-page-cut", "Count in " + RUN);
      assertThat(answer(page)).containsText("One, two,");
      network.refuse();
      network.reset();
      assertThat(answer(page)).containsText("The connection was lost.");
      released.countDown();
      network.heal();
      assertThat(answer(page)).containsText("One, two, three, four.");
      assertThat(answer(page)).containsText("MISS");
      assertThat(answer(page).locator("larder-markdown")).hasText("One, two, three, four.");
      assertThat(answer(page).locator("[data-error]")).hasCount(0);
      assertThat(SCRIPTED.requests("p-page-cut")).hasSize(1);
    }
  }

  @Test
  void stop_inMidAnswer_keepsWhatHadComeAndTheRestIsInTheConversation() {
    var released = new CountDownLatch(1);
    SCRIPTED.script("p-page-stop", inHalves(released, "What had come", ", and the rest."));
    try (var context = PageBrowser.context(Look.DESKTOP_LIGHT)) {
      var page = signedIn(context, base());
      write(page, "p-page-stop", "Stop in " + RUN);
      assertThat(answer(page)).containsText("What had come");
      page.getByRole(AriaRole.BUTTON, button("Stop")).click();
      assertThat(answer(page)).containsText("Stopped here.");
      assertThat(page.getByRole(AriaRole.BUTTON, button("Send"))).isVisible();
      released.countDown();
      page.reload();
      assertThat(answer(page)).containsText("What had come, and the rest.");
    }
  }

  @ParameterizedTest
  @EnumSource(Look.class)
  void limit_reached_countsDownAndAsksAgainWhenWanted(Look look) {
    var key = key("\"limits\":\"few?requests=2;w=6\"");
    try (var context = PageBrowser.context(look)) {
      var page = signedIn(context, base(), key);
      say(page, "demo", "First on " + look + " in " + RUN);
      page.getByLabel("Message").fill("Second on " + look + " in " + RUN);
      page.getByLabel("Message").press("Enter");
      var waiting = page.getByRole(AriaRole.TIMER);
      assertThat(waiting).containsText("You can ask again in");
      PageBrowser.screenshot(page, "chat-limit", look);
      page.getByLabel("Ask again then").check();
      assertThat(answer(page))
          .containsText(
              "Second on " + look + " in " + RUN,
              new LocatorAssertions.ContainsTextOptions().setTimeout(20_000));
    }
  }

  @Test
  void session_endsMeanwhile_signingInAgainGoesOnWithTheDraft() {
    try (var context = PageBrowser.context(Look.DESKTOP_LIGHT)) {
      var page = signedIn(context, base());
      say(page, "demo", "Before the end of the session in " + RUN);
      context.clearCookies();
      page.getByLabel("Message").fill("Typed before");
      page.getByLabel("Message").press("Enter");
      assertThat(page.getByText("Your session has ended.")).isVisible();
      page.getByLabel("API key").fill(LarderProcess.KEY);
      page.getByLabel("API key").press("Enter");
      assertThat(page.getByLabel("Message")).hasValue("Typed before");
      assertThat(page.locator("larder-turn")).hasCount(2);
    }
  }

  @Test
  void twoTabs_oneWrites_theOtherSeesItWhenLookedAt() {
    try (var context = PageBrowser.context(Look.DESKTOP_LIGHT)) {
      var page = signedIn(context, base());
      say(page, "demo", "From the first tab in " + RUN);
      var other = context.newPage();
      other.navigate(page.url());
      say(other, "demo", "From the second tab in " + RUN);
      page.bringToFront();
      page.evaluate("document.dispatchEvent(new Event('visibilitychange'))");
      assertThat(page.locator("larder-turn")).hasCount(4);
    }
  }

  /** Each is an answer, what was said, and with that a title in the list. */
  @Test
  void answers_hostile_areShownAsText() {
    try (var context = PageBrowser.context(Look.DESKTOP_LIGHT)) {
      var fetched = new ArrayList<String>();
      var page = context.newPage();
      var dialogs = new ArrayList<String>();
      page.onDialog(
          dialog -> {
            dialogs.add(dialog.message());
            dialog.dismiss();
          });
      page.onRequest(
          request -> {
            if (!request.url().startsWith(base())) {
              fetched.add(request.url());
            }
          });
      var complaints = PageBrowser.complaints(page);
      page.navigate(base() + "/#key=" + key("\"limits\":\"many?requests=1000;w=60\""));
      for (var hostile : HOSTILE) {
        SCRIPTED.script("p-page-hostile", answering(hostile));
        page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("New conversation"))
            .click();
        say(page, "p-page-hostile", hostile.replace("\\n", " ").replace("\\\"", "\"") + RUN);
        var markdown = answer(page).locator("larder-markdown");
        assertThat(markdown).containsText("end.");
        assertThat(markdown.locator(FORBIDDEN)).hasCount(0);
        for (var link : markdown.locator("a").all()) {
          assertThat(link.getAttribute("href")).matches("(https?|mailto):.*");
        }
        assertThat(dialogs).as(hostile).isEmpty();
        assertThat(fetched).as(hostile).isEmpty();
        assertThat(complaints).as(hostile).isEmpty();
      }
    }
  }

  private static ScriptedProvider.Script answering(String text) {
    return (request, answer) -> {
      answer.streamHead();
      answer.piece(first(text) + more("\\n\\nend.") + STOP + USAGE + DONE);
      answer.streamEnd();
    };
  }

  @Test
  void answer_withMarkdown_hasItsForm() {
    SCRIPTED.script(
        "p-page-markdown",
        (request, answer) -> {
          answer.streamHead();
          for (var piece :
              List.of(
                  first("# Jam\\n\\nTake **sug"),
                  more("ar** &amp; *fruit*:\\n\\n- one\\n- two\\n\\n```js\\nconst jam"),
                  more(
                      " = 1;\\n```\\n\\n| a | b |\\n|---|--:|\\n| 1 | 2 |\\n\\n[site](https://example.org)"),
                  STOP + USAGE + DONE)) {
            answer.piece(piece);
          }
          answer.streamEnd();
        });
    try (var context = PageBrowser.context(Look.DESKTOP_LIGHT)) {
      var page = signedIn(context, base());
      say(page, "p-page-markdown", "Markdown in " + RUN);
      var shown = answer(page).locator("larder-markdown");
      assertThat(shown.getByRole(AriaRole.HEADING, within("Jam"))).isVisible();
      assertThat(shown.locator("strong")).hasText("sugar");
      assertThat(shown.locator("p").first()).hasText("Take sugar & fruit:");
      assertThat(shown.locator("li")).hasCount(2);
      assertThat(shown.locator("pre")).hasText("const jam = 1;");
      assertThat(shown.locator("pre .hljs-keyword")).hasText("const");
      assertThat(shown.locator("td")).hasCount(2);
      assertThat(shown.getByRole(AriaRole.LINK, within("site")))
          .hasAttribute("rel", "noopener noreferrer nofollow");
      assertThat(answer(page).locator("[data-error]")).hasCount(0);
      PageBrowser.screenshot(page, "chat-markdown", Look.DESKTOP_LIGHT);
    }
  }

  @ParameterizedTest
  @CsvSource({"900,", "2000,the answer is larger than 1048576 bytes"})
  void answer_veryLong_isShownAsFarAsItIsKept(int kilobytes, String told) {
    SCRIPTED.script(
        "p-page-large",
        (request, answer) -> {
          answer.streamHead();
          answer.piece(first(""));
          for (int i = 0; i < kilobytes; i++) {
            answer.piece(more("word ".repeat(200) + "\\n\\n"));
          }
          answer.piece(STOP + USAGE + DONE);
          answer.streamEnd();
        });
    try (var context = PageBrowser.context(Look.DESKTOP_LIGHT)) {
      var page = signedIn(context, base());
      write(page, "p-page-large", kilobytes + " KB in " + RUN);
      assertThat(answer(page).getByRole(AriaRole.BUTTON, within("Details"))).isVisible(patient());
      assertThat(answer(page)).containsText("MISS");
      var shown = answer(page).locator("larder-markdown");
      assertThat((int) shown.evaluate("it => it.querySelectorAll('p').length"))
          .isBetween(Math.min(kilobytes, 1_040), kilobytes);
      if (told != null) {
        assertThat(answer(page)).containsText(told);
      }
    }
  }

  @Test
  void image_large_isMadeSmallerAndSent() {
    SCRIPTED.script(
        "p-page-image",
        (request, answer) -> {
          answer.streamHead();
          answer.piece(first("I see.") + STOP + USAGE + DONE);
          answer.streamEnd();
        });
    try (var context = PageBrowser.context(Look.DESKTOP_LIGHT)) {
      var page = signedIn(context, base());
      assertThat(page.getByLabel("Message")).isVisible();
      page.getByLabel("Attach images")
          .setInputFiles(new FilePayload("no.png", "image/png", "no image".getBytes(UTF_8)));
      assertThat(page.getByText("no.png is not a PNG, JPEG, WebP or GIF image.")).isVisible();
      page.getByLabel("Attach images")
          .setInputFiles(new FilePayload("noise.png", "image/png", noise(1_000)));
      assertThat(page.getByAltText("Attached image")).isVisible();
      say(page, "p-page-image", "What is on it, in " + RUN + "?");
      assertThat(answer(page)).containsText("I see.");
      assertThat(page.locator("[data-turn=user] img")).isVisible();
      assertThat(SCRIPTED.requests("p-page-image").getFirst().body())
          .contains("\"type\":\"image_url\"", "data:image/jpeg;base64,")
          .hasSizeBetween(50_000, 800_000);
    }
  }

  /** A picture that hardly compresses without loss. */
  private static byte[] noise(int side) {
    var image = new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB);
    var random = new Random(1);
    for (int i = 0; i < side * side; i++) {
      image.setRGB(i % side, i / side, random.nextInt(0x1000000));
    }
    var png = new ByteArrayOutputStream();
    try {
      ImageIO.write(image, "png", png);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return png.toByteArray();
  }

  @Test
  void conversation_ofManyTurns_opensAndScrolls() {
    var turns = new StringBuilder();
    for (int i = 0; i < 500; i++) {
      turns
          .append(i == 0 ? "" : ",")
          .append("{\"role\":\"" + (i % 2 == 0 ? "user" : "assistant") + "\",\"content\":\"")
          .append("Turn " + i + " of **many**.\\n\\n- a\\n- b\"}");
    }
    var imported =
        LARDER.post(
            "/api/conversations/import",
            "{\"title\":\"Many in " + RUN + "\",\"messages\":[" + turns + "]}");
    var id = Api.json(imported).get("ids").get(0).asText();
    try (var context = PageBrowser.context(Look.DESKTOP_LIGHT)) {
      var page = signedIn(context, base());
      assertThat(page.getByLabel("Message")).isVisible();
      page.evaluate("location.hash = '#/c/" + id + "'");
      assertThat(page.locator("larder-turn")).hasCount(500);
      assertThat(page.getByText("Turn 499 of many.")).isAttached();
      page.evaluate("scrollTo(0, document.documentElement.scrollHeight)");
      assertThat(page.getByText("Turn 499 of many.")).isInViewport();
      // pictures while it scrolls through all of it
      var slow =
          page.evaluate(
              "() => new Promise(done => { let last = performance.now(), slow = 0, n = 0;"
                  + "const go = now => { if (now - last > 250) slow++; last = now;"
                  + "scrollBy(0, -1500); if (++n < 100) requestAnimationFrame(go); else done(slow); };"
                  + "requestAnimationFrame(go); })");
      assertThat((int) slow).isLessThan(10);
    }
  }

  private static ScriptedProvider.Script inHalves(
      CountDownLatch released, String one, String other) {
    return (request, answer) -> {
      answer.streamHead();
      answer.piece(first(one));
      assertThat(released.await(20, TimeUnit.SECONDS)).isTrue();
      answer.piece(more(other) + STOP + USAGE + DONE);
      answer.streamEnd();
    };
  }

  private static String base() {
    return "http://localhost:" + LARDER.port();
  }

  private static String key(String more) {
    return Api.json(
            LARDER.post("/api/keys", "{\"owner\":\"u-" + UUID.randomUUID() + "\"," + more + "}"))
        .get("key")
        .asText();
  }

  private static Page signedIn(BrowserContext context, String base) {
    return signedIn(context, base, LarderProcess.KEY);
  }

  private static Page signedIn(BrowserContext context, String base, String key) {
    var page = context.newPage();
    page.navigate(base + "/#key=" + key);
    return page;
  }

  private static void say(Page page, String model, String message) {
    write(page, model, message);
    assertThat(page.getByRole(AriaRole.BUTTON, button("Send"))).isVisible();
    assertThat(answer(page).getByRole(AriaRole.BUTTON, within("Details"))).isVisible();
  }

  private static void write(Page page, String model, String message) {
    page.getByLabel("Model", new Page.GetByLabelOptions().setExact(true)).fill(model);
    page.getByLabel("Message").fill(message);
    page.getByLabel("Message").press("Enter");
  }

  private static Locator answer(Page page) {
    return page.locator("[data-turn=assistant]").last();
  }

  private static LocatorAssertions.IsVisibleOptions patient() {
    return new LocatorAssertions.IsVisibleOptions().setTimeout(60_000);
  }

  private static Page.GetByRoleOptions button(String name) {
    return new Page.GetByRoleOptions().setName(name).setExact(true);
  }

  private static Locator.GetByRoleOptions within(String name) {
    return new Locator.GetByRoleOptions().setName(name).setExact(true);
  }
}

package it;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.ColorScheme;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The machine's browser, started once for all tests of pages; ends with the test run. */
final class PageBrowser {
  /** Looks that every page must stand: name, width, height, scheme. */
  enum Look {
    DESKTOP_LIGHT(1280, 800, ColorScheme.LIGHT),
    PHONE_DARK(390, 844, ColorScheme.DARK),
    DESKTOP_DARK(1280, 800, ColorScheme.DARK),
    PHONE_LIGHT(390, 844, ColorScheme.LIGHT);

    private final int width;
    private final int height;
    private final ColorScheme scheme;

    Look(int width, int height, ColorScheme scheme) {
      this.width = width;
      this.height = height;
      this.scheme = scheme;
    }

    private String file(String name) {
      return "target/screenshots/"
          + name
          + "-"
          + name().toLowerCase(Locale.ROOT).replace('_', '-')
          + ".png";
    }
  }

  private static Browser browser;

  private PageBrowser() {}

  /** A fresh context, as of somebody who has never been here. */
  static BrowserContext context(Look look) {
    return browser()
        .newContext(
            new Browser.NewContextOptions()
                .setViewportSize(look.width, look.height)
                .setColorScheme(look.scheme));
  }

  /** Takes a picture, for people to look at. */
  static void screenshot(Page page, String name, Look look) {
    page.screenshot(new Page.ScreenshotOptions().setPath(Path.of(look.file(name))));
  }

  /** What the browser's console complains of, breaches of the content security policy included. */
  static List<String> complaints(Page page) {
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

  private static synchronized Browser browser() {
    if (browser == null) {
      var program = Requires.browser();
      // machines that run tests are busy
      PlaywrightAssertions.setDefaultAssertionTimeout(15_000);
      // the browser is the machine's own; none may be fetched
      browser =
          Playwright.create(
                  new Playwright.CreateOptions()
                      .setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")))
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
    return browser;
  }
}

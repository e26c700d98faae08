package io.larder.api;

import io.larder.access.BrowserSession;
import io.larder.setting.Checked;
import io.larder.setting.InvalidSetting;
import io.larder.setting.Settings;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Settings of this package; defaults and reasons stand in microprofile-config.properties.
 *
 * @param bodyBytesMax {@code larder.api.body-bytes-max}: largest request body
 * @param corsOrigins {@code larder.api.cors-origins}: whose pages may call Larder, as browsers name
 *     them
 * @param sessionIdle {@code larder.session.idle}: how long a session lasts without a request
 * @param sessionMax {@code larder.session.max}: how long a session lasts at all
 * @param sessionSecure {@code larder.session.secure}: whether browsers send sessions over TLS alone
 */
record ApiSettings(
    int bodyBytesMax,
    Set<String> corsOrigins,
    Duration sessionIdle,
    Duration sessionMax,
    boolean sessionSecure)
    implements Checked {
  private static final int BYTES_MIN = 1024;
  private static final int BYTES_MAX = 64 * 1024 * 1024;
  private static final Duration SESSION_MIN = Duration.ofSeconds(1);
  private static final Duration SESSION_MAX = Duration.ofDays(30);

  private static final String ORIGINS = "larder.api.cors-origins";
  private static final int ORIGINS_MAX = 100;

  /** As browsers send it: lower case, no path, no port that goes without saying. */
  private static final Pattern ORIGIN =
      Pattern.compile("https?://([a-z0-9.-]+|\\[[0-9a-f:.]+])(:[0-9]{1,5})?");

  ApiSettings {
    corsOrigins = Set.copyOf(corsOrigins);
  }

  /** When sessions end by themselves. */
  BrowserSession.Span sessionSpan() {
    return new BrowserSession.Span(sessionIdle, sessionMax);
  }

  static ApiSettings from(Settings settings) {
    return new ApiSettings(
        settings.integer("larder.api.body-bytes-max", BYTES_MIN, BYTES_MAX),
        origins(settings),
        settings.duration("larder.session.idle", SESSION_MIN, SESSION_MAX),
        settings.duration("larder.session.max", SESSION_MIN, SESSION_MAX),
        settings.flag("larder.session.secure"));
  }

  private static Set<String> origins(Settings settings) {
    var origins = new LinkedHashSet<>(settings.list(ORIGINS));
    for (var origin : origins) {
      if (!ORIGIN.matcher(origin).matches()) {
        throw new InvalidSetting(
            ORIGINS,
            "origins such as https://chat.example.com, comma separated, in lower case and without"
                + " a path; not *, since callers send credentials",
            origin);
      }
    }
    if (origins.size() > ORIGINS_MAX) {
      throw new InvalidSetting(ORIGINS, "at most " + ORIGINS_MAX + " origins", origins.size() + "");
    }
    return origins;
  }
}

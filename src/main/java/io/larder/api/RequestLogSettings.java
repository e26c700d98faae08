package io.larder.api;

import io.larder.setting.Settings;
import java.time.Duration;

/**
 * What is logged of requests; defaults and reasons stand in microprofile-config.properties.
 *
 * @param which {@code larder.api.request-log}: which requests
 * @param slow {@code larder.api.request-log-slow}: from when on a request is slow
 */
record RequestLogSettings(Which which, Duration slow) {
  private static final Duration SLOW_MAX = Duration.ofDays(1);

  /** Which requests are logged. */
  enum Which {
    OFF,
    SLOW,
    ALL
  }

  static RequestLogSettings from(Settings settings) {
    return new RequestLogSettings(
        settings.oneOf("larder.api.request-log", Which.class),
        settings.duration("larder.api.request-log-slow", Duration.ZERO, SLOW_MAX));
  }

  /** Whether a request that took so long is logged. */
  boolean concerns(Duration time) {
    return which == Which.ALL || (which == Which.SLOW && time.compareTo(slow) >= 0);
  }
}

package io.larder.live;

import io.larder.setting.Checked;
import io.larder.setting.Settings;
import java.time.Duration;

/**
 * Settings under {@code larder.live}; defaults and reasons stand in microprofile-config.properties.
 *
 * @param flightsMax answers in flight at once that others can join
 * @param bytesMax bytes of all their logs together
 * @param followersMax how many may read one answer in flight
 * @param retention how long an answer that is not in the cache can be read again after its end
 */
record LiveSettings(int flightsMax, long bytesMax, int followersMax, Duration retention)
    implements Checked {
  private static final int COUNT_MAX = 1_000_000;

  static LiveSettings from(Settings settings) {
    return new LiveSettings(
        settings.integer("larder.live.flights-max", 1, COUNT_MAX),
        settings.integer("larder.live.bytes-max", 1 << 20, Integer.MAX_VALUE),
        settings.integer("larder.live.followers-max", 1, COUNT_MAX),
        settings.duration("larder.live.retention", Duration.ZERO, Duration.ofHours(1)));
  }
}

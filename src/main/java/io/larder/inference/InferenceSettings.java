package io.larder.inference;

import io.larder.setting.Checked;
import io.larder.setting.Settings;
import java.time.Duration;

/**
 * Settings under {@code larder.inference}; defaults and reasons stand in
 * microprofile-config.properties.
 *
 * @param detachedMax how long an answer is read on, to be kept, after its client has left
 * @param detachedCountMax how many answers are read on at once without a client
 */
record InferenceSettings(Duration detachedMax, int detachedCountMax) implements Checked {
  private static final int COUNT_MAX = 10_000;

  static InferenceSettings from(Settings settings) {
    return new InferenceSettings(
        settings.duration("larder.inference.detached-max", Duration.ZERO, Duration.ofHours(1)),
        settings.integer("larder.inference.detached-count-max", 0, COUNT_MAX));
  }
}

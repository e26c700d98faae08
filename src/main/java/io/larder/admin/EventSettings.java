package io.larder.admin;

import io.larder.setting.Checked;
import io.larder.setting.Settings;

/**
 * Settings under {@code larder.events}; defaults and reasons stand in
 * microprofile-config.properties.
 *
 * @param streamsMax {@code larder.events.streams-max}: streams open on a node at once
 * @param userStreamsMax {@code larder.events.streams-per-user-max}: of these, those of one user
 */
record EventSettings(int streamsMax, int userStreamsMax) implements Checked {
  private static final int STREAMS_MAX = 10_000;
  private static final int USER_STREAMS_MAX = 1000;

  static EventSettings from(Settings settings) {
    return new EventSettings(
        settings.integer("larder.events.streams-max", 1, STREAMS_MAX),
        settings.integer("larder.events.streams-per-user-max", 1, USER_STREAMS_MAX));
  }
}

package io.larder.api;

import io.larder.setting.Checked;
import io.larder.setting.Settings;

/**
 * Settings under {@code larder.api}; defaults and reasons stand in microprofile-config.properties.
 *
 * @param bodyBytesMax largest request body
 */
record ApiSettings(int bodyBytesMax) implements Checked {
  private static final int BYTES_MIN = 1024;
  private static final int BYTES_MAX = 64 * 1024 * 1024;

  static ApiSettings from(Settings settings) {
    return new ApiSettings(settings.integer("larder.api.body-bytes-max", BYTES_MIN, BYTES_MAX));
  }
}

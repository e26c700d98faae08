package io.larder.access;

import io.larder.setting.Checked;
import io.larder.setting.InvalidSetting;
import io.larder.setting.Settings;

/**
 * Settings of this package.
 *
 * @param adminKey {@code larder.admin.key}: the key that makes its bearer the administrator; 1 to
 *     512 printable ASCII characters without spaces, so that it fits a header
 */
record AccessSettings(String adminKey) implements Checked {
  private static final String NAME = "larder.admin.key";
  private static final String RANGE = "set to 1 to 512 printable ASCII characters without spaces";

  static AccessSettings from(Settings settings) {
    var key = settings.text(NAME).orElseThrow(() -> new InvalidSetting(NAME, RANGE, "missing"));
    if (!key.matches("[!-~]{1,512}")) {
      throw new InvalidSetting(NAME, RANGE, "something else (not shown, it is a secret)");
    }
    return new AccessSettings(key);
  }

  @Override
  public String toString() {
    return "AccessSettings[adminKey=***]";
  }
}

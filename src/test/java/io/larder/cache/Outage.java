package io.larder.cache;

import io.larder.valkey.TestValkey;
import io.larder.valkey.ValkeyUnavailable;

/** What a store says that gives no answer. */
final class Outage {
  private Outage() {}

  static ValkeyUnavailable now() {
    return TestValkey.unavailable();
  }
}

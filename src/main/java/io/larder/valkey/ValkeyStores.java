package io.larder.valkey;

import io.larder.setting.Settings;
import io.larder.telemetry.ValkeyFigures;
import java.util.Optional;

/**
 * The Valkey stores that are configured. Two, since what may be evicted and what must not be differ
 * in a policy that holds for a whole server.
 *
 * @param cache answers: may be evicted; empty = kept in this node's memory
 * @param state what must not be evicted: generations, figures, jobs; empty = in this node's memory
 */
public record ValkeyStores(Optional<Valkey> cache, Optional<Valkey> state) {
  /**
   * The store for state alone, for what runs outside the application and keeps no figures; to be
   * closed by the caller. Empty if none is configured.
   */
  public static Optional<Valkey> stateOf(Settings settings) {
    var valkey = ValkeySettings.from(settings);
    return valkey.state().map(uri -> new Valkey("state", uri, valkey, ValkeyFigures.NONE));
  }
}

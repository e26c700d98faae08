package io.larder.cache;

import it.ValkeyHost;

/** Every kind of deployment, of the server at hand. */
final class ValkeyModesIT extends ValkeyModes {
  @Override
  ValkeyHost host() {
    return ValkeyHost.processes();
  }
}

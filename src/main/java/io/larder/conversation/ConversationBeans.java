package io.larder.conversation;

import io.larder.cache.StoreSettings;
import io.larder.setting.Settings;
import io.larder.telemetry.Telemetry;
import io.larder.valkey.ValkeyStores;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.time.InstantSource;

/** Wires this package. */
@ApplicationScoped
class ConversationBeans {
  @Produces
  @Singleton
  ConversationSettings settings(Settings settings) {
    return ConversationSettings.from(settings);
  }

  @Produces
  @Singleton
  ConversationStore store(ValkeyStores stores, StoreSettings sealing, Telemetry telemetry) {
    var store =
        stores
            .state()
            .<ConversationStore>map(
                valkey -> new ValkeyConversations(valkey, new Sealed(sealing.encryption())))
            .orElseGet(() -> new MemoryConversations(InstantSource.system()));
    return new TimedConversations(store, telemetry, System::nanoTime);
  }

  @Produces
  @Singleton
  Conversations conversations(ConversationStore store, ConversationSettings settings) {
    return new Conversations(store, settings, new SecureRandom());
  }
}

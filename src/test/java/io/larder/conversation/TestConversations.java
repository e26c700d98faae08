package io.larder.conversation;

import io.larder.setting.MapConfig;
import io.larder.valkey.TestValkey;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;

/** Conversations for tests of other rooms: in memory, with the settings as they are shipped. */
public final class TestConversations {
  private TestConversations() {}

  /** In memory. */
  public static Conversations inMemory() {
    return outOfReachWhile(() -> false);
  }

  /** In memory, as long as the store is within reach. */
  public static Conversations outOfReachWhile(BooleanSupplier down) {
    return asked(
        (call, args) -> {
          if (down.getAsBoolean()) {
            throw TestValkey.unavailable();
          }
        });
  }

  /**
   * In memory; whatever the store is asked for is told before.
   *
   * @param listener gets the name of the method and its arguments; may wait, or throw
   */
  public static Conversations asked(BiConsumer<String, List<Object>> listener) {
    var memory = new MemoryConversations(InstantSource.system());
    var store =
        (ConversationStore)
            Proxy.newProxyInstance(
                ConversationStore.class.getClassLoader(),
                new Class<?>[] {ConversationStore.class},
                (proxy, method, args) -> {
                  listener.accept(method.getName(), List.of(args));
                  try {
                    return method.invoke(memory, args);
                  } catch (InvocationTargetException thrown) {
                    throw thrown.getCause();
                  }
                });
    return new Conversations(
        store, ConversationSettings.from(MapConfig.settings(Map.of())), new SecureRandom());
  }

  /** A window over turns that are all sent. */
  public static Window all(Turn... turns) {
    return new Window(List.of(turns), 0);
  }
}

package io.larder.cache;

import io.larder.setting.MapConfig;
import io.larder.telemetry.Discarded;
import io.larder.valkey.TestValkey;
import io.larder.valkey.ValkeyStores;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One node's cache over real Valkey stores, wired as it is in the server. */
final class TestNode implements AutoCloseable {
  private static final Retention HOUR = Retention.of(Duration.ofHours(1));

  final ValkeyStores stores;
  final Cache cache;

  TestNode(String uri) {
    this(uri, Map.of());
  }

  TestNode(String uri, Map<String, String> settings) {
    this.stores = TestValkey.stores(uri, settings);
    this.cache =
        Cache.open(
            StoreSettings.from(MapConfig.settings(settings)),
            stores,
            InstantSource.system(),
            Discarded.telemetry());
  }

  /** The text at that name, unless none is found. */
  Optional<String> find(String name) {
    return cache.find(key(name)) instanceof Lookup.Found(Kept kept)
        ? Optional.of(text(kept))
        : Optional.empty();
  }

  /** Keeps a text as an answer that was asked for just now. */
  boolean keep(String name, String text, Label... labels) {
    var ticket = cache.ticket(key(name), cache.find(key(name)), List.of(labels));
    return cache.keep(ticket, text.getBytes(StandardCharsets.UTF_8), HOUR);
  }

  /** Whether what one node keeps is shared now, and not in this node's memory alone. */
  boolean shares(String name) {
    var ticket = cache.ticket(key(name), cache.find(key(name)), List.of());
    return !ticket.isLocal();
  }

  static Key key(String name) {
    return new Key("test", name);
  }

  static String text(Kept kept) {
    return new String(kept.value(), StandardCharsets.UTF_8);
  }

  static Label tag(String name) {
    return new Label(Label.Kind.TAG, name);
  }

  @Override
  public void close() {
    cache.close();
    stores.cache().ifPresent(valkey -> valkey.close());
    stores.state().ifPresent(valkey -> valkey.close());
  }
}

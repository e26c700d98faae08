package io.larder.jcache;

import io.larder.valkey.ValkeyStores;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import javax.cache.configuration.MutableConfiguration;

/** Where caches keep their entries: a store of Valkey, or this node's memory if none is set. */
final class Store implements AutoCloseable {
  /**
   * How long a session is kept after the server should have found it expired. The server looks
   * every few minutes.
   */
  static final Duration SLACK = Duration.ofMinutes(10);

  private static final Logger LOG = System.getLogger(Store.class.getName());

  private final JcacheSettings settings;
  private final Entries entries;
  private final Entries sessions;

  private Store(JcacheSettings settings, Entries entries) {
    this.settings = settings;
    this.entries = entries;
    this.sessions =
        new VisitedEntries(new SteadyEntries(entries, System::nanoTime), System::nanoTime);
  }

  /** The store that the settings name. */
  static Store open(JcacheSettings settings) {
    var valkey = ValkeyStores.stateOf(settings.all());
    LOG.log(
        Level.INFO,
        "sessions are kept in {0}",
        valkey.map(one -> one.address()).orElse("this node's memory"));
    return new Store(
        settings,
        valkey
            .<Entries>map(ValkeyEntries::new)
            .orElseGet(
                () -> new MemoryEntries(() -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()))));
  }

  /** Where the cache of that name keeps its entries. */
  Entries entries(String cache) {
    return SessionLayout.of(cache).isPresent() ? sessions : entries;
  }

  /** What the cache of that name is. */
  @SuppressWarnings("unchecked")
  <K, V> Kind<K, V> kind(
      String cache, MutableConfiguration<K, V> configuration, ClassLoader loader) {
    var allowed = settings.allowed();
    var session = SessionLayout.of(cache);
    if (session.isPresent()) {
      boolean attributes = session.get().isOfAttributes();
      Form<V> values = attributes ? new Form<>(loader, allowed) : Form.ofSessions(loader, allowed);
      Lives<V> lives = attributes ? Lives.ofAttributes() : Lives.ofSessions(settings.ttl(), SLACK);
      return new Kind<>(configuration, (Layout<K>) session.get(), values, lives);
    }
    return new Kind<>(
        configuration,
        new PlainLayout<>(cache, new Form<K>(loader, allowed)),
        new Form<V>(loader, allowed),
        Lives.by(configuration.getExpiryPolicyFactory(), settings.ttl()));
  }

  @Override
  public void close() {
    sessions.close();
  }
}

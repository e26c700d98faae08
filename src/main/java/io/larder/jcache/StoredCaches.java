package io.larder.jcache;

import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import javax.cache.Cache;
import javax.cache.CacheException;
import javax.cache.CacheManager;
import javax.cache.configuration.CompleteConfiguration;
import javax.cache.configuration.Configuration;
import javax.cache.configuration.MutableConfiguration;
import javax.cache.spi.CachingProvider;
import org.jspecify.annotations.Nullable;

/** The caches over one store. Closing them leaves their entries, which other nodes use. */
final class StoredCaches implements CacheManager {
  private final CachingProvider provider;
  private final URI uri;
  private final ClassLoader loader;
  private final Properties properties;
  private final Store store;
  private final Map<String, StoredCache<?, ?>> caches = new ConcurrentHashMap<>();
  private volatile boolean closed;

  StoredCaches(
      CachingProvider provider, URI uri, ClassLoader loader, Properties properties, Store store) {
    this.provider = provider;
    this.uri = uri;
    this.loader = loader;
    this.properties = properties;
    this.store = store;
  }

  @Override
  public <K, V, C extends Configuration<K, V>> Cache<K, V> createCache(
      String name, C configuration) {
    open();
    Objects.requireNonNull(name);
    var copy = copy(Objects.requireNonNull(configuration));
    var cache = new StoredCache<>(name, this, store.kind(name, copy, loader), store.entries(name));
    if (caches.putIfAbsent(name, cache) != null) {
      throw new CacheException("there is a cache " + name);
    }
    cache.beans().management(copy.isManagementEnabled());
    cache.beans().statistics(copy.isStatisticsEnabled());
    return cache;
  }

  private static <K, V> MutableConfiguration<K, V> copy(Configuration<K, V> configuration) {
    var copy =
        configuration instanceof CompleteConfiguration<K, V> complete
            ? new MutableConfiguration<>(complete)
            : new MutableConfiguration<K, V>()
                .setTypes(configuration.getKeyType(), configuration.getValueType())
                .setStoreByValue(configuration.isStoreByValue());
    if (!copy.isStoreByValue()) {
      throw new UnsupportedOperationException("entries are kept by value");
    }
    if (copy.isReadThrough()
        || copy.isWriteThrough()
        || copy.getCacheLoaderFactory() != null
        || copy.getCacheWriterFactory() != null
        || copy.getCacheEntryListenerConfigurations().iterator().hasNext()) {
      throw new UnsupportedOperationException("loaders, writers and listeners are not supported");
    }
    return copy;
  }

  @Override
  public <K, V> @Nullable Cache<K, V> getCache(String name, Class<K> keyType, Class<V> valueType) {
    Objects.requireNonNull(keyType);
    Objects.requireNonNull(valueType);
    var cache = this.<K, V>found(name);
    if (cache != null) {
      check(cache.configuration().getKeyType(), keyType);
      check(cache.configuration().getValueType(), valueType);
    }
    return cache;
  }

  private static void check(Class<?> configured, Class<?> asked) {
    if (!configured.equals(asked)) {
      throw new ClassCastException("types are of " + configured + ", not of " + asked);
    }
  }

  @Override
  public <K, V> @Nullable Cache<K, V> getCache(String name) {
    return found(name);
  }

  @SuppressWarnings("unchecked")
  private <K, V> @Nullable StoredCache<K, V> found(String name) {
    open();
    return (StoredCache<K, V>) caches.get(Objects.requireNonNull(name));
  }

  @Override
  public Iterable<String> getCacheNames() {
    open();
    return List.copyOf(caches.keySet());
  }

  @Override
  public void destroyCache(String name) {
    open();
    var cache = caches.get(Objects.requireNonNull(name));
    if (cache != null) {
      cache.clear();
      cache.close();
    }
  }

  @Override
  public void enableManagement(String name, boolean enabled) {
    open();
    var cache = caches.get(Objects.requireNonNull(name));
    if (cache != null) {
      cache.beans().management(enabled);
    }
  }

  @Override
  public void enableStatistics(String name, boolean enabled) {
    open();
    var cache = caches.get(Objects.requireNonNull(name));
    if (cache != null) {
      cache.beans().statistics(enabled);
    }
  }

  void forget(String name) {
    caches.remove(name);
  }

  @Override
  public CachingProvider getCachingProvider() {
    return provider;
  }

  @Override
  public URI getURI() {
    return uri;
  }

  @Override
  public ClassLoader getClassLoader() {
    return loader;
  }

  @Override
  public Properties getProperties() {
    return properties;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      List.copyOf(caches.values()).forEach(Cache::close);
      store.close();
      ((ValkeyCachingProvider) provider).forget(this);
    }
  }

  @Override
  public boolean isClosed() {
    return closed;
  }

  @Override
  public <T> T unwrap(Class<T> type) {
    if (type.isInstance(this)) {
      return type.cast(this);
    }
    throw new IllegalArgumentException("no " + type.getName());
  }

  private void open() {
    if (closed) {
      throw new IllegalStateException("the caches of " + uri + " are closed");
    }
  }
}

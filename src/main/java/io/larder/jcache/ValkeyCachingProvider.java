package io.larder.jcache;

import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import javax.cache.CacheManager;
import javax.cache.configuration.OptionalFeature;
import javax.cache.spi.CachingProvider;
import org.jspecify.annotations.Nullable;

/**
 * JCache over Valkey, found by {@link javax.cache.Caching} as a service. Made for HTTP sessions of
 * Open Liberty and WebSphere Liberty; what else of JSR-107 there is, docs/internals/jcache.md
 * tells.
 */
public final class ValkeyCachingProvider implements CachingProvider {
  private static final URI DEFAULT = URI.create("larder:default");

  private final Map<Named, StoredCaches> managers = new HashMap<>();

  private record Named(URI uri, ClassLoader loader) {}

  /** For the service loader. */
  public ValkeyCachingProvider() {}

  @Override
  public synchronized CacheManager getCacheManager(
      @Nullable URI uri, @Nullable ClassLoader loader, @Nullable Properties properties) {
    var name =
        new Named(
            uri == null ? getDefaultURI() : uri, loader == null ? getDefaultClassLoader() : loader);
    return managers.computeIfAbsent(
        name,
        absent -> {
          var given = new Properties();
          given.putAll(properties == null ? getDefaultProperties() : properties);
          var settings = JcacheSettings.of(name.uri(), given, System.getenv());
          return new StoredCaches(this, name.uri(), name.loader(), given, Store.open(settings));
        });
  }

  @Override
  public CacheManager getCacheManager(@Nullable URI uri, @Nullable ClassLoader loader) {
    return getCacheManager(uri, loader, null);
  }

  @Override
  public CacheManager getCacheManager() {
    return getCacheManager(null, null, null);
  }

  @Override
  public ClassLoader getDefaultClassLoader() {
    return ValkeyCachingProvider.class.getClassLoader();
  }

  @Override
  public URI getDefaultURI() {
    return DEFAULT;
  }

  @Override
  public Properties getDefaultProperties() {
    return new Properties();
  }

  @Override
  public void close() {
    opened().values().forEach(CacheManager::close);
  }

  @Override
  public void close(ClassLoader loader) {
    opened()
        .forEach(
            (name, manager) -> {
              if (name.loader().equals(loader)) {
                manager.close();
              }
            });
  }

  @Override
  public void close(URI uri, ClassLoader loader) {
    opened()
        .forEach(
            (name, manager) -> {
              if (name.equals(new Named(uri, loader))) {
                manager.close();
              }
            });
  }

  private synchronized Map<Named, StoredCaches> opened() {
    return Map.copyOf(managers);
  }

  synchronized void forget(StoredCaches manager) {
    managers.values().removeAll(List.of(manager));
  }

  @Override
  public boolean isSupported(OptionalFeature feature) {
    return false;
  }
}

package io.larder.jcache;

import static org.assertj.core.api.Assertions.assertThat;

import it.ValkeyProcess;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.runner.Description;
import org.junit.runner.JUnitCore;
import org.junit.runner.notification.Failure;
import org.junit.runner.notification.RunListener;

/**
 * The compatibility kit of JSR-107 against real Valkey: all of it but what is about annotations.
 */
final class CompatibilityKitIT {
  private static final Logger LOG = System.getLogger(CompatibilityKitIT.class.getName());
  private static final String KIT = "org.jsr107.tck.";
  private static final List<String> CLASSES =
      List.of(
          "CacheManagerTest",
          "CacheTest",
          "CachingTest",
          "GetTest",
          "PutTest",
          "RemoveTest",
          "ReplaceTest",
          "StoreByReferenceTest",
          "StoreByValueTest",
          "TypesTest",
          "event.CacheEntryListenerClientServerTest",
          "event.CacheListenerTest",
          "expiry.CacheExpiryTest",
          "integration.CacheLoaderClientServerTest",
          "integration.CacheLoaderTest",
          "integration.CacheLoaderWithExpiryTest",
          "integration.CacheLoaderWithoutReadThroughTest",
          "integration.CacheLoaderWriterTest",
          "integration.CacheWriterClientServerTest",
          "integration.CacheWriterTest",
          "management.CacheMBStatisticsBeanTest",
          "management.CacheMXBeanTest",
          "management.CacheManagerManagementTest",
          "processor.CacheInvokeTest",
          "processor.EntryProcessorExceptionTest",
          "spi.CachingProviderClassLoaderTest",
          "spi.CachingProviderTest");

  @Test
  void kit_allTests_passButThoseListed() throws Exception {
    var settings =
        List.of(
            "larder.valkey.uri",
            "larder.valkey.read-timeout",
            "larder.jcache.classes",
            "javax.cache.CacheManager",
            "javax.cache.Cache",
            "javax.cache.Cache.Entry");
    try (var valkey = ValkeyProcess.start()) {
      System.setProperty("larder.valkey.uri", valkey.uri());
      System.setProperty("larder.valkey.read-timeout", "PT1S");
      System.setProperty("larder.jcache.classes", "domain.**, org.jsr107.tck.**");
      System.setProperty("javax.cache.CacheManager", StoredCaches.class.getName());
      System.setProperty("javax.cache.Cache", StoredCache.class.getName());
      System.setProperty("javax.cache.Cache.Entry", "io.larder.jcache.Walk$Pair");
      var types = CLASSES.stream().map(CompatibilityKitIT::type).toArray(Class<?>[]::new);
      var core = new JUnitCore();
      var listener = new Listener();
      core.addListener(listener);
      var result = core.run(types);

      LOG.log(
          Level.INFO,
          "compatibility kit: {0} tests, {1} do not pass, {2} s",
          result.getRunCount(),
          result.getFailureCount(),
          result.getRunTime() / 1_000);
      assertThat(result.getRunCount()).isEqualTo(397);
      assertThat(listener.failed).isEqualTo(listed());
    } finally {
      settings.forEach(System::clearProperty);
    }
  }

  private static final class Listener extends RunListener {
    private final Set<String> failed = new TreeSet<>();

    @Override
    public void testFailure(Failure failure) {
      LOG.log(Level.DEBUG, "{0}: {1}", name(failure.getDescription()), failure.getTrace());
      failed.add(name(failure.getDescription()));
    }

    private static String name(Description test) {
      return test.getClassName().substring(KIT.length()) + "." + test.getMethodName();
    }
  }

  /** Those that do not pass; docs/internals/jcache.md says why. */
  private static Set<String> listed() throws Exception {
    try (var file = CompatibilityKitIT.class.getResourceAsStream("tck-not-passing.txt")) {
      return new String(file.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.isBlank() && !line.startsWith("#"))
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  private static Class<?> type(String name) {
    try {
      return Class.forName(KIT + name);
    } catch (ClassNotFoundException missing) {
      throw new IllegalStateException(missing);
    }
  }
}

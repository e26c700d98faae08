package io.larder.jcache;

import java.lang.management.ManagementFactory;
import javax.cache.CacheException;
import javax.cache.configuration.MutableConfiguration;
import javax.cache.management.CacheMXBean;
import javax.management.JMException;
import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;
import javax.management.StandardMBean;

/** What a cache publishes of itself: its configuration and its figures, under JSR-107's names. */
final class Beans implements AutoCloseable {
  private final StoredCache<?, ?> cache;
  private final Tally tally;

  Beans(StoredCache<?, ?> cache, Tally tally) {
    this.cache = cache;
    this.tally = tally;
  }

  synchronized void management(boolean enabled) {
    publish(enabled, "CacheConfiguration", new About(configuration()), CacheMXBean.class);
    configuration().setManagementEnabled(enabled);
  }

  synchronized void statistics(boolean enabled) {
    publish(enabled, "CacheStatistics", tally, javax.cache.management.CacheStatisticsMXBean.class);
    configuration().setStatisticsEnabled(enabled);
    tally.count(enabled);
  }

  private MutableConfiguration<?, ?> configuration() {
    return cache.configuration();
  }

  private <T> void publish(boolean enabled, String type, T bean, Class<T> view) {
    var server = ManagementFactory.getPlatformMBeanServer();
    try {
      var name = name(type);
      boolean there = server.isRegistered(name);
      if (enabled && !there) {
        server.registerMBean(new StandardMBean(bean, view, true), name);
      } else if (!enabled && there) {
        server.unregisterMBean(name);
      }
    } catch (JMException failed) {
      throw new CacheException("cannot publish the figures of " + cache.getName(), failed);
    }
  }

  private ObjectName name(String type) throws MalformedObjectNameException {
    return new ObjectName(
        "javax.cache:type="
            + type
            + ",CacheManager="
            + safe(cache.getCacheManager().getURI().toString())
            + ",Cache="
            + safe(cache.getName()));
  }

  /** As the specification has it: what means something in such a name becomes a dot. */
  private static String safe(String text) {
    return text.replaceAll("[,:=\n*?\"]", ".");
  }

  @Override
  public void close() {
    management(false);
    statistics(false);
  }

  /** A configuration, for JMX. */
  private record About(MutableConfiguration<?, ?> configuration) implements CacheMXBean {
    @Override
    public String getKeyType() {
      return configuration.getKeyType().getName();
    }

    @Override
    public String getValueType() {
      return configuration.getValueType().getName();
    }

    @Override
    public boolean isReadThrough() {
      return configuration.isReadThrough();
    }

    @Override
    public boolean isWriteThrough() {
      return configuration.isWriteThrough();
    }

    @Override
    public boolean isStoreByValue() {
      return configuration.isStoreByValue();
    }

    @Override
    public boolean isStatisticsEnabled() {
      return configuration.isStatisticsEnabled();
    }

    @Override
    public boolean isManagementEnabled() {
      return configuration.isManagementEnabled();
    }
  }
}

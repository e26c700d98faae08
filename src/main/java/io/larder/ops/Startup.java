package io.larder.ops;

import io.larder.provider.Providers;
import io.larder.setting.Checked;
import io.larder.setting.InvalidSetting;
import io.larder.setting.Settings;
import io.larder.valkey.Valkey;
import io.larder.valkey.ValkeyStores;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.Initialized;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/** Reads every setting before the first request; a wrong one stops the server with one line. */
@ApplicationScoped
class Startup {
  /** {@code EX_CONFIG} of sysexits.h: something is wrong in the configuration. */
  private static final int EXIT_CONFIGURATION = 78;

  private static final Logger LOG = System.getLogger(Startup.class.getName());

  void check(
      @Observes @Initialized(ApplicationScoped.class) Object started,
      @Any Instance<Checked> settings,
      Instance<Settings> reader,
      Instance<Providers> providers,
      Instance<ValkeyStores> stores) {
    try {
      for (var one : settings) {
        LOG.log(Level.DEBUG, "settings: {0}", one);
      }
    } catch (RuntimeException failure) {
      throw stop(failure);
    }
    for (var name : reader.get().unknown()) {
      LOG.log(Level.WARNING, "setting ignored, there is none of that name: {0}", name);
    }
    LOG.log(
        Level.INFO,
        "Larder: answers in {0}, providers {1}",
        stores.get().cache().map(Valkey::address).orElse("memory"),
        providers.get());
  }

  /**
   * Ends the process: a gateway without its settings must not look alive. An application cannot
   * stop Liberty from the thread that starts it, so another thread does.
   */
  private static RuntimeException stop(RuntimeException failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof InvalidSetting invalid) {
        LOG.log(Level.ERROR, "Larder stops: {0}", invalid.getMessage());
        Thread.ofPlatform().name("larder-stop").start(() -> System.exit(EXIT_CONFIGURATION));
        return invalid;
      }
    }
    return failure;
  }
}

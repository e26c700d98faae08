package io.larder.ops;

import io.larder.access.Credentials;
import io.larder.inference.Charges;
import io.larder.inference.Warming;
import io.larder.job.Jobs;
import io.larder.model.Caller;
import io.larder.provider.Provider;
import io.larder.provider.Providers;
import io.larder.setting.Checked;
import io.larder.setting.InvalidSetting;
import io.larder.setting.Settings;
import io.larder.valkey.Valkey;
import io.larder.valkey.ValkeyStores;
import io.larder.valkey.ValkeyUnavailable;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.Initialized;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.stream.Collectors;

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
      Instance<ValkeyStores> stores,
      Instance<Charges> charges,
      Instance<Warming> warming,
      Instance<Jobs> jobs,
      Instance<Credentials> credentials) {
    List<Warming.Line> warm;
    try {
      for (var one : settings) {
        LOG.log(Level.DEBUG, "settings: {0}", one);
      }
      warm = warming.get().ofFile();
    } catch (RuntimeException failure) {
      throw stop(failure);
    }
    for (var name : reader.get().unknown()) {
      LOG.log(Level.WARNING, "setting ignored, there is none of that name: {0}", name);
    }
    var named = providers.get().all().stream().map(Provider::name).collect(Collectors.toSet());
    for (var name : charges.get().unknown(named)) {
      LOG.log(Level.WARNING, "limits of a provider that there is not: {0}", name);
    }
    LOG.log(
        Level.INFO,
        "Larder: answers in {0}, providers {1}",
        stores.get().cache().map(Valkey::address).orElse("memory"),
        providers.get());
    if (!warm.isEmpty()) {
      warm(jobs.get(), warming.get(), warm, credentials.get().administrator());
    }
  }

  private static void warm(Jobs jobs, Warming warming, List<Warming.Line> lines, Caller admin) {
    try {
      jobs.start("warm", lines.size(), progress -> warming.run(lines, admin, progress));
    } catch (ValkeyUnavailable down) {
      LOG.log(Level.ERROR, "the cache is not warmed from the file: {0}", down.getMessage());
    }
  }

  /**
   * Ends the process: a gateway without its settings must not look alive. At once, since nothing is
   * served yet; {@code System.exit} has Liberty wait for its own start to end, for half a minute.
   * What is logged has been written by then, for Liberty keeps nothing back.
   */
  private static RuntimeException stop(RuntimeException failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof InvalidSetting invalid) {
        LOG.log(Level.ERROR, "Larder stops: {0}", invalid.getMessage());
        Runtime.getRuntime().halt(EXIT_CONFIGURATION);
        return invalid;
      }
    }
    return failure;
  }
}

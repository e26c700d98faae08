package io.larder.job;

import io.larder.valkey.ValkeyStores;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.InstantSource;

/** Wires this package. */
@ApplicationScoped
class JobBeans {
  @Produces
  @Singleton
  Jobs jobs(ValkeyStores stores) {
    return new Jobs(
        stores.state().<JobBoard>map(ValkeyBoard::new).orElseGet(MemoryBoard::new),
        InstantSource.system());
  }

  void close(@Disposes Jobs jobs) {
    jobs.close();
  }
}

package io.larder.inference;

import io.larder.telemetry.Traces;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * Threads for what waits for a provider: one virtual thread each, as many as there are requests.
 * What they use is bounded elsewhere: connections by the providers, memory by the sizes of bodies.
 */
public final class Waiters implements Executor, AutoCloseable {
  private static final Duration GOODBYE = Duration.ofSeconds(5);

  private final Traces traces;
  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("larder-waiter-", 0).factory());

  /** No thread runs yet. */
  public Waiters(Traces traces) {
    this.traces = traces;
  }

  @Override
  public void execute(Runnable task) {
    threads.execute(traces.carried(task));
  }

  /** Interrupts what still waits, after a short time to finish. */
  @Override
  public void close() {
    threads.shutdown();
    try {
      if (!threads.awaitTermination(GOODBYE.toMillis(), TimeUnit.MILLISECONDS)) {
        threads.shutdownNow();
      }
    } catch (InterruptedException stopped) {
      threads.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}

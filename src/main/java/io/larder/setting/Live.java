package io.larder.setting;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Settings that follow their source: read again at most every {@link #REREAD}, by whoever asks
 * then. A wrong value found later is reported once and the last good settings stay.
 *
 * @param <T> the record of settings
 */
public final class Live<T> implements Supplier<T>, Checked {
  /**
   * Age at which settings are read again; with the server's own poll it keeps changes below 5 s.
   */
  static final Duration REREAD = Duration.ofSeconds(2);

  private static final Logger LOG = System.getLogger(Live.class.getName());

  private final Supplier<T> source;
  private final LongSupplier nanoTime;
  private final AtomicLong readAt;
  private volatile T current;
  private volatile String reported = "";

  /**
   * Reads the settings for the first time.
   *
   * @param source makes the record from the configuration as it is then
   * @param nanoTime a monotonic clock
   * @throws InvalidSetting if a value is wrong
   */
  public Live(Supplier<T> source, LongSupplier nanoTime) {
    this.source = source;
    this.nanoTime = nanoTime;
    this.readAt = new AtomicLong(nanoTime.getAsLong());
    this.current = source.get();
  }

  @Override
  public T get() {
    long now = nanoTime.getAsLong();
    long last = readAt.get();
    if (now - last >= REREAD.toNanos() && readAt.compareAndSet(last, now)) {
      reread();
    }
    return current;
  }

  private void reread() {
    try {
      var fresh = source.get();
      if (!fresh.equals(current)) {
        LOG.log(Level.INFO, "settings changed: {0}", fresh);
      }
      current = fresh;
      reported = "";
    } catch (InvalidSetting invalid) {
      if (!reported.equals(invalid.getMessage())) {
        reported = String.valueOf(invalid.getMessage());
        LOG.log(Level.ERROR, "setting ignored, the last good value stays: {0}", reported);
      }
    }
  }
}

package io.larder.admin;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * One stream of figures: sends the latest that came, until the client or the user is gone. What a
 * client is too slow for, it misses.
 */
final class Viewer {
  /** How often it is asked whether the user would still be let in. */
  static final long CHECK_NANOS = TimeUnit.SECONDS.toNanos(2);

  private static final String END = "";

  private final String subject;
  private final BooleanSupplier present;
  private final LongSupplier nanoTime;
  private final BlockingQueue<String> next = new ArrayBlockingQueue<>(1);
  private volatile boolean closed;

  /**
   * A stream that has not begun.
   *
   * @param subject whose figures it shows
   * @param present whether the user would still be let in
   */
  Viewer(String subject, BooleanSupplier present, LongSupplier nanoTime) {
    this.subject = subject;
    this.present = present;
    this.nanoTime = nanoTime;
  }

  String subject() {
    return subject;
  }

  /** Puts figures in the place of those that are not sent yet. */
  void offer(String figures) {
    next.clear();
    // if the place was taken again just now, then by something newer or by the end
    var unused = next.offer(figures);
  }

  /** Ends the stream soon. */
  void close() {
    closed = true;
    offer(END);
  }

  /** Sends what comes until it is over. */
  void writeTo(OutputStream out) throws IOException {
    // sends the header fields: figures may be a second away
    out.flush();
    try {
      long checked = nanoTime.getAsLong();
      while (!closed) {
        var figures = next.poll(CHECK_NANOS, TimeUnit.NANOSECONDS);
        long now = nanoTime.getAsLong();
        if (now - checked >= CHECK_NANOS) {
          checked = now;
          if (!present.getAsBoolean()) {
            return;
          }
        }
        if (figures != null && !closed) {
          out.write(("event: figures\ndata: " + figures + "\n\n").getBytes(StandardCharsets.UTF_8));
          out.flush();
        }
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("the server stops");
    }
  }
}

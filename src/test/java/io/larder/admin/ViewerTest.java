package io.larder.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import it.Await;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class ViewerTest {
  private static final long WAIT_SECONDS_MAX = 20;

  private final AtomicLong nanos = new AtomicLong();
  private final AtomicBoolean present = new AtomicBoolean(true);
  private final Viewer viewer = new Viewer("all", present::get, nanos::get);
  private final CountDownLatch writing = new CountDownLatch(1);
  private final CountDownLatch released = new CountDownLatch(1);

  /** What a client takes; it stops at the first event until released. */
  private final class SlowClient extends ByteArrayOutputStream {
    @Override
    public void write(byte[] bytes) throws IOException {
      writing.countDown();
      try {
        assertThat(released.await(WAIT_SECONDS_MAX, TimeUnit.SECONDS)).isTrue();
      } catch (InterruptedException stopped) {
        throw new IOException(stopped);
      }
      super.write(bytes);
    }
  }

  private FutureTask<Void> start(OutputStream client) {
    var task =
        new FutureTask<Void>(
            () -> {
              viewer.writeTo(client);
              return null;
            });
    Thread.ofVirtual().start(task);
    return task;
  }

  @Test
  void client_slow_missesWhatItIsTooSlowFor() throws Exception {
    var client = new SlowClient();
    viewer.offer("{\"n\":0}");
    var task = start(client);
    assertThat(writing.await(WAIT_SECONDS_MAX, TimeUnit.SECONDS)).isTrue();
    for (int n = 1; n <= 1000; n++) {
      viewer.offer("{\"n\":" + n + "}");
    }
    released.countDown();
    Await.until("the latest", () -> client.toString(StandardCharsets.UTF_8).contains("1000"));
    viewer.close();
    task.get(WAIT_SECONDS_MAX, TimeUnit.SECONDS);

    assertThat(client.toString(StandardCharsets.UTF_8))
        .isEqualTo("event: figures\ndata: {\"n\":0}\n\nevent: figures\ndata: {\"n\":1000}\n\n");
  }

  @Test
  void user_notLetInAnyMore_getsNothingAfterTheNextCheck() throws Exception {
    released.countDown();
    var client = new SlowClient();
    viewer.offer("{\"n\":0}");
    var task = start(client);
    Await.until("the first", () -> client.size() > 0);
    present.set(false);
    nanos.set(Viewer.CHECK_NANOS);
    viewer.offer("{\"n\":1}");
    task.get(WAIT_SECONDS_MAX, TimeUnit.SECONDS);

    assertThat(client.toString(StandardCharsets.UTF_8)).doesNotContain("\"n\":1");
  }

  @Test
  void client_gone_endsTheStream() {
    var task =
        start(
            new OutputStream() {
              @Override
              public void write(int one) throws IOException {
                throw new IOException("reset");
              }
            });
    viewer.offer("{}");

    assertThatThrownBy(() -> task.get(WAIT_SECONDS_MAX, TimeUnit.SECONDS))
        .hasCauseInstanceOf(IOException.class);
  }

  @Test
  void close_beforeItBegins_endsItAtOnce() throws Exception {
    viewer.close();
    start(OutputStream.nullOutputStream()).get(WAIT_SECONDS_MAX, TimeUnit.SECONDS);
  }
}

package io.larder.provider;

import io.larder.guard.Watch;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.function.Function;

/** A body that may pause only so long, and whose failures say which provider failed, and how. */
final class WatchedBody extends InputStream implements Reply.Connection {
  /**
   * Between reads the time is the reader's, whose client may be slow. He reads on or closes; this
   * is for one who does neither.
   */
  private static final Duration READER_MAX = Duration.ofMinutes(10);

  private final InputStream body;
  private final Watch.Lease lease;
  private final Duration idleMax;
  private final Function<IOException, ProviderFailure> failure;
  private boolean hurried;

  /**
   * A body.
   *
   * @param lease whose end cuts the body off
   * @param idleMax longest wait for the next bytes
   */
  WatchedBody(
      InputStream body,
      Watch.Lease lease,
      Duration idleMax,
      Function<IOException, ProviderFailure> failure) {
    this.body = body;
    this.lease = lease;
    this.idleMax = idleMax;
    this.failure = failure;
  }

  @Override
  public int read() throws IOException {
    var one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    if (!hurried) {
      lease.renew(idleMax);
    }
    try {
      int count = body.read(into, offset, length);
      if (count < 0) {
        lease.close();
      } else if (!hurried) {
        lease.renew(READER_MAX);
      }
      return count;
    } catch (IOException broken) {
      lease.close();
      throw failure.apply(broken);
    }
  }

  @Override
  public int available() throws IOException {
    try {
      return body.available();
    } catch (IOException broken) {
      // whoever reads is told
      return 0;
    }
  }

  @Override
  public void hurry(Duration time) {
    hurried = true;
    lease.renew(time);
  }

  @Override
  public void close() throws IOException {
    lease.close();
    body.close();
  }
}

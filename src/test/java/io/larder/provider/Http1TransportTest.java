package io.larder.provider;

import java.time.Duration;

/** {@link TransportContract} over HTTP/1.1. */
final class Http1TransportTest extends TransportContract {
  @Override
  Transport transport(int atOnce, Duration connectTimeout) {
    return new Http1Transport(atOnce, connectTimeout);
  }

  @Override
  String version() {
    return "HTTP/1.1";
  }
}

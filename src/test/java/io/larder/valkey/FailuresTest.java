package io.larder.valkey;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.SocketException;
import java.net.SocketTimeoutException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;

/** What the log says of failures; ValkeyTlsIT shows that these are the ones that come. */
final class FailuresTest {
  private final Throwable silent =
      new JedisConnectionException(new SocketTimeoutException("Read timed out"));
  private final Throwable reset =
      new JedisConnectionException(new SocketException("Connection reset"));

  @Test
  void told_serverThatNeverAnswered_asksForTheScheme() {
    assertThat(Failures.told(silent, true, false))
        .startsWith("java.net.SocketTimeoutException: Read timed out (")
        .contains("does this port speak TLS");
    assertThat(Failures.told(reset, false, false)).contains("valkeys://");
    assertThat(
            Failures.told(new JedisConnectionException("Unexpected end of stream."), false, false))
        .contains("valkeys://");
  }

  @Test
  void told_serverThatHasAnswered_isTheFailureAlone() {
    assertThat(Failures.told(silent, true, true)).endsWith("Read timed out");
  }

  @Test
  void told_failureThatSpeaksForItself_isThatAlone() {
    assertThat(Failures.told(new JedisDataException("WRONGPASS no"), true, false))
        .endsWith("WRONGPASS no");
    assertThat(
            Failures.told(
                new JedisConnectionException(new SSLHandshakeException("NotAfter")), true, false))
        .endsWith("NotAfter");
  }
}

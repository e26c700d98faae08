package io.larder.provider;

import io.larder.model.Header;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ConnectionRequestTimeoutException;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.io.MonitoringResponseOutOfOrderStrategy;
import org.apache.hc.core5.http.io.SocketConfig;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;

/** HTTP/1.1 over kept connections, with Apache HttpClient: the fastest of three here, ADR 1. */
final class Http1Transport implements Transport {
  /** Per connection, three of them; larger reads go past it. A waiting stream holds all three. */
  private static final int BUFFER_BYTES = 4 * 1024;

  /** Vendors send some 30 header fields. */
  private static final int HEADERS_MAX = 200;

  private static final int HEADER_LINE_BYTES_MAX = 32 * 1024;

  /** Servers and what stands before them close idle connections, most after 60 s or later. */
  private static final TimeValue IDLE_MAX = TimeValue.ofSeconds(60);

  /** A look whether the other side has closed costs a millisecond: not for one just used. */
  private static final TimeValue TRUSTED_AFTER_USE = TimeValue.ofSeconds(1);

  private final CloseableHttpClient client;

  /**
   * A transport.
   *
   * @param connectionsMax connections at once; whoever wants one more waits for {@code
   *     connectTimeout} and is then refused, so callers bound themselves
   */
  Http1Transport(int connectionsMax, Duration connectTimeout) {
    // reads wait without a timeout of their own: the watch cuts them off
    var connections =
        PoolingHttpClientConnectionManagerBuilder.create()
            .setMaxConnTotal(connectionsMax)
            .setMaxConnPerRoute(connectionsMax)
            .setConnectionFactory(
                ManagedHttpClientConnectionFactory.builder()
                    .http1Config(
                        Http1Config.custom()
                            .setBufferSize(BUFFER_BYTES)
                            .setMaxHeaderCount(HEADERS_MAX)
                            .setMaxLineLength(HEADER_LINE_BYTES_MAX)
                            .build())
                    // an answer that comes while the body is being sent ends the sending
                    .responseOutOfOrderStrategy(MonitoringResponseOutOfOrderStrategy.INSTANCE)
                    .build())
            .setDefaultSocketConfig(
                SocketConfig.custom().setSoTimeout(Timeout.DISABLED).setTcpNoDelay(true).build())
            .setDefaultConnectionConfig(
                ConnectionConfig.custom()
                    .setConnectTimeout(Timeout.of(connectTimeout))
                    .setSocketTimeout(Timeout.DISABLED)
                    .setValidateAfterInactivity(TRUSTED_AFTER_USE)
                    .build())
            .build();
    this.client =
        HttpClients.custom()
            .setConnectionManager(connections)
            .setDefaultRequestConfig(
                RequestConfig.custom()
                    .setConnectionRequestTimeout(Timeout.of(connectTimeout))
                    .setResponseTimeout(Timeout.DISABLED)
                    .build())
            .evictExpiredConnections()
            .evictIdleConnections(IDLE_MAX)
            .disableContentCompression()
            .disableCookieManagement()
            .disableAutomaticRetries()
            .disableRedirectHandling()
            .disableAuthCaching()
            .build();
  }

  @Override
  public Call call(Request request) {
    var message = message(request);
    for (var header : request.headers()) {
      message.addHeader(header.name(), header.value());
    }
    return new Call() {
      @Override
      public Received execute() throws IOException {
        return Http1Transport.this.execute(message);
      }

      @Override
      public void cut() {
        message.cancel();
      }
    };
  }

  private static HttpUriRequestBase message(Request request) {
    if (request.body().isEmpty()) {
      return new HttpGet(request.url());
    }
    var post = new HttpPost(request.url());
    post.setEntity(new ByteArrayEntity(request.body().get(), ContentType.APPLICATION_JSON));
    return post;
  }

  private Received execute(HttpUriRequestBase message) throws IOException {
    try {
      var response = client.executeOpen(null, message, null);
      var entity = response.getEntity();
      var content = entity == null ? InputStream.nullInputStream() : entity.getContent();
      long length = entity == null ? 0 : entity.getContentLength();
      return new Received(
          response.getCode(),
          headers(response),
          new Body(message, response, content, length),
          length);
    } catch (ConnectTimeoutException
        | ConnectException
        | NoRouteToHostException
        | UnknownHostException
        | SSLException none) {
      throw new Unreachable(none);
    } catch (ConnectionRequestTimeoutException none) {
      throw new Full(none);
    } catch (IllegalStateException noConnection) {
      // what the client makes of a cut that comes before it has its connection
      if (message.isCancelled()) {
        throw new IOException("cut", noConnection);
      }
      throw noConnection;
    }
  }

  private static List<Header> headers(ClassicHttpResponse response) {
    return Stream.of(response.getHeaders())
        .map(header -> new Header(header.getName(), header.getValue()))
        .toList();
  }

  @Override
  public void close() throws IOException {
    client.close();
  }

  /**
   * A body whose closing before its end gives the connection up: the client's own would read the
   * rest first, which of a stream may take for ever.
   */
  private static final class Body extends FilterInputStream {
    private final HttpUriRequestBase message;
    private final ClassicHttpResponse response;
    private long left;

    /** A body of that many bytes, or of an unknown number if negative. */
    Body(
        HttpUriRequestBase message,
        ClassicHttpResponse response,
        InputStream content,
        long length) {
      super(content);
      this.message = message;
      this.response = response;
      this.left = length;
    }

    @Override
    public int read() throws IOException {
      var one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      int count = in.read(into, offset, length);
      left = count < 0 ? 0 : left - count;
      return count;
    }

    @Override
    public void close() throws IOException {
      if (left == 0) {
        response.close();
      } else {
        message.cancel();
      }
    }
  }
}

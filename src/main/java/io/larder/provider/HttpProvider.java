package io.larder.provider;

import io.larder.guard.Watch;
import io.larder.json.Json;
import io.larder.json.JsonException;
import io.larder.json.JsonText;
import io.larder.json.JsonWriter;
import io.larder.model.Header;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.io.SocketConfig;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.util.Timeout;

/**
 * A provider behind HTTP that speaks the OpenAI wire format.
 *
 * <p>Header fields are sent on both ways except those of the connection (RFC 9110, 7.6.1), those
 * that tell of the client rather than of the request, and cookies.
 */
final class HttpProvider implements Provider, AutoCloseable {
  private static final Set<String> CONNECTION =
      Set.of(
          "connection",
          "keep-alive",
          "proxy-connection",
          "proxy-authenticate",
          "proxy-authorization",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade",
          "content-length",
          "host",
          "expect");

  /** Of a request: credentials for Larder, and what concerns only the hop to Larder. */
  private static final Set<String> NOT_SENT =
      Set.of(
          "authorization",
          "x-api-key",
          "cookie",
          "accept-encoding",
          "content-type",
          "content-encoding",
          "larder-cache",
          "last-event-id",
          "origin",
          "referer",
          "forwarded",
          "via",
          "x-real-ip");

  private static final List<String> NOT_SENT_PREFIXES =
      List.of("x-forwarded-", "sec-", "access-control-");

  /** Of an answer: what Larder says itself, and what would make a browser act for the vendor. */
  private static final Set<String> NOT_RETURNED =
      Set.of(
          "set-cookie",
          "date",
          "server",
          "content-encoding",
          "alt-svc",
          "age",
          "cache-control",
          "cache-status",
          "x-cache",
          "larder-key",
          "strict-transport-security",
          "content-security-policy",
          "nel",
          "report-to",
          "clear-site-data",
          "www-authenticate",
          "location",
          "link",
          "vary",
          "expires",
          "pragma");

  private static final int MODELS_BYTES_MAX = 8 * 1024 * 1024;

  private final ProviderSettings.One settings;
  private final Watch watch;
  private final CloseableHttpClient client;

  HttpProvider(ProviderSettings.One settings, Watch watch) {
    this.settings = settings;
    this.watch = watch;
    this.client = client(settings);
  }

  private static CloseableHttpClient client(ProviderSettings.One settings) {
    // reads wait without a timeout of their own: the watch cuts them off
    var connections =
        PoolingHttpClientConnectionManagerBuilder.create()
            .setMaxConnTotal(settings.connectionsMax())
            .setMaxConnPerRoute(settings.connectionsMax())
            .setDefaultSocketConfig(
                SocketConfig.custom().setSoTimeout(Timeout.DISABLED).setTcpNoDelay(true).build())
            .setDefaultConnectionConfig(
                ConnectionConfig.custom()
                    .setConnectTimeout(Timeout.of(settings.connectTimeout()))
                    .setSocketTimeout(Timeout.DISABLED)
                    .build())
            .build();
    return HttpClients.custom()
        .setConnectionManager(connections)
        .setDefaultRequestConfig(
            RequestConfig.custom()
                .setConnectionRequestTimeout(Timeout.of(settings.connectTimeout()))
                .setResponseTimeout(Timeout.DISABLED)
                .build())
        .disableContentCompression()
        .disableCookieManagement()
        .disableAutomaticRetries()
        .disableRedirectHandling()
        .disableAuthCaching()
        .setUserAgent("larder")
        .build();
  }

  @Override
  public String name() {
    return settings.name();
  }

  @Override
  public boolean streamsUsage() {
    return settings.streamUsage();
  }

  @Override
  public Reply ask(Question question) throws ProviderFailure {
    var request = new HttpPost(settings.url().orElseThrow() + "/" + question.wire().path());
    for (var header : sendable(question.headers())) {
      request.addHeader(header.name(), header.value());
    }
    request.setEntity(new ByteArrayEntity(question.body(), ContentType.APPLICATION_JSON));
    return execute(request);
  }

  @Override
  public List<Model> models() throws ProviderFailure {
    try (var reply = execute(new HttpGet(settings.url().orElseThrow() + "/models"))) {
      var body = reply.body().readNBytes(MODELS_BYTES_MAX);
      if (reply.status() != 200) {
        throw failure(ProviderFailure.Kind.CUT, "answered " + reply.status() + " to GET /models");
      }
      var models = new ArrayList<Model>();
      for (var item : JsonText.parse(body).object().items("data")) {
        if (item instanceof Json.Obj model) {
          model.text("id").ifPresent(id -> models.add(new Model(id, JsonWriter.compact(model))));
        }
      }
      return models;
    } catch (JsonException malformed) {
      throw failure(
          ProviderFailure.Kind.CUT, "sent a list of models that " + malformed.getMessage());
    } catch (ProviderFailure failure) {
      throw failure;
    } catch (IOException broken) {
      throw failure(ProviderFailure.Kind.CUT, "broke off its list of models");
    }
  }

  private Reply execute(HttpUriRequestBase request) throws ProviderFailure {
    settings.key().ifPresent(key -> request.setHeader("Authorization", "Bearer " + key));
    request.setHeader("Accept-Encoding", "identity");
    var lease =
        watch.over(settings.connectTimeout().plus(settings.responseTimeout()), request::cancel);
    try {
      var response = client.executeOpen(null, request, null);
      var entity = response.getEntity();
      var content = entity == null ? InputStream.nullInputStream() : entity.getContent();
      long length = entity == null ? 0 : entity.getContentLength();
      var body = new WatchedBody(content, lease, response);
      return new Reply(response.getCode(), returned(response), body, length, body);
    } catch (IOException broken) {
      lease.close();
      throw translate(broken, lease, false);
    }
  }

  private static List<Header> sendable(List<Header> headers) {
    var named =
        headers.stream()
            .filter(header -> header.name().equalsIgnoreCase("connection"))
            .flatMap(header -> Arrays.stream(header.value().split(",", -1)))
            .map(name -> name.strip().toLowerCase(Locale.ROOT))
            .collect(Collectors.toCollection(HashSet::new));
    return headers.stream()
        .filter(
            header -> {
              var name = header.name().toLowerCase(Locale.ROOT);
              return !CONNECTION.contains(name)
                  && !NOT_SENT.contains(name)
                  && !named.contains(name)
                  && NOT_SENT_PREFIXES.stream().noneMatch(name::startsWith);
            })
        .toList();
  }

  private static List<Header> returned(ClassicHttpResponse response) {
    return Stream.of(response.getHeaders())
        .filter(
            header -> {
              var name = header.getName().toLowerCase(Locale.ROOT);
              return !CONNECTION.contains(name)
                  && !NOT_RETURNED.contains(name)
                  && !name.startsWith("access-control-");
            })
        .map(header -> new Header(header.getName(), header.getValue()))
        .toList();
  }

  private ProviderFailure translate(IOException broken, Watch.Lease lease, boolean answering) {
    var kind =
        lease.hasExpired()
            ? ProviderFailure.Kind.TIMED_OUT
            : switch (broken) {
              case ConnectTimeoutException e -> ProviderFailure.Kind.UNREACHABLE;
              case org.apache.hc.core5.http.ConnectionRequestTimeoutException e ->
                  ProviderFailure.Kind.BUSY;
              case SocketTimeoutException e -> ProviderFailure.Kind.TIMED_OUT;
              case java.net.ConnectException e -> ProviderFailure.Kind.UNREACHABLE;
              case java.net.NoRouteToHostException e -> ProviderFailure.Kind.UNREACHABLE;
              case java.net.UnknownHostException e -> ProviderFailure.Kind.UNREACHABLE;
              case javax.net.ssl.SSLException e when !answering -> ProviderFailure.Kind.UNREACHABLE;
              default -> ProviderFailure.Kind.CUT;
            };
    return failure(
        kind,
        switch (kind) {
          case UNREACHABLE -> "cannot be reached";
          case TIMED_OUT -> answering ? "stopped answering" : "did not answer in time";
          case CUT -> "broke off its answer";
          case BUSY -> "has all its connections in use";
        });
  }

  private ProviderFailure failure(ProviderFailure.Kind kind, String message) {
    return new ProviderFailure(kind, name(), message);
  }

  @Override
  public void close() throws IOException {
    client.close();
  }

  /** A body that may pause only so long, and whose failures say which provider failed, and how. */
  private final class WatchedBody extends InputStream {
    private final InputStream body;
    private final Watch.Lease lease;
    private final Closeable connection;

    WatchedBody(InputStream body, Watch.Lease lease, Closeable connection) {
      this.body = body;
      this.lease = lease;
      this.connection = connection;
    }

    @Override
    public int read() throws IOException {
      var one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      lease.renew(settings.idleTimeout());
      try {
        int count = body.read(into, offset, length);
        if (count < 0) {
          lease.close();
        }
        return count;
      } catch (IOException broken) {
        lease.close();
        throw translate(broken, lease, true);
      }
    }

    @Override
    public void close() throws IOException {
      lease.close();
      connection.close();
    }
  }
}

package io.larder.provider;

import io.larder.json.Json;
import io.larder.json.JsonException;
import io.larder.json.JsonText;
import io.larder.json.JsonWriter;
import io.larder.model.Header;
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
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.impl.io.HttpRequestExecutor;
import org.apache.hc.core5.http.io.HttpClientConnection;
import org.apache.hc.core5.http.io.HttpResponseInformationCallback;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

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
  private final CloseableHttpClient client;

  HttpProvider(ProviderSettings.One settings) {
    this.settings = settings;
    this.client = client(settings);
  }

  private static CloseableHttpClient client(ProviderSettings.One settings) {
    var connections =
        PoolingHttpClientConnectionManagerBuilder.create()
            .setMaxConnTotal(settings.connectionsMax())
            .setMaxConnPerRoute(settings.connectionsMax())
            .setDefaultConnectionConfig(
                ConnectionConfig.custom()
                    .setConnectTimeout(Timeout.of(settings.connectTimeout()))
                    .build())
            .build();
    return HttpClients.custom()
        .setConnectionManager(connections)
        .setRequestExecutor(new TwoTimeouts(Timeout.of(settings.idleTimeout())))
        .setDefaultRequestConfig(
            RequestConfig.custom()
                .setConnectionRequestTimeout(Timeout.of(settings.connectTimeout()))
                .setResponseTimeout(Timeout.of(settings.responseTimeout()))
                .build())
        .disableContentCompression()
        .disableCookieManagement()
        .disableAutomaticRetries()
        .disableRedirectHandling()
        .disableAuthCaching()
        .setUserAgent("larder")
        .build();
  }

  /** The time to the header fields is the client's; from then on the body's own applies. */
  private static final class TwoTimeouts extends HttpRequestExecutor {
    private final Timeout idle;

    TwoTimeouts(Timeout idle) {
      this.idle = idle;
    }

    @Override
    public ClassicHttpResponse execute(
        ClassicHttpRequest request,
        HttpClientConnection connection,
        @Nullable HttpResponseInformationCallback informationCallback,
        HttpContext context)
        throws IOException, HttpException {
      var response = super.execute(request, connection, informationCallback, context);
      connection.setSocketTimeout(idle);
      return response;
    }
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

  private Reply execute(ClassicHttpRequest request) throws ProviderFailure {
    settings.key().ifPresent(key -> request.setHeader("Authorization", "Bearer " + key));
    request.setHeader("Accept-Encoding", "identity");
    try {
      var response = client.executeOpen(null, request, null);
      var body =
          response.getEntity() == null
              ? InputStream.nullInputStream()
              : response.getEntity().getContent();
      return new Reply(response.getCode(), returned(response), new FailingBody(body), response);
    } catch (IOException broken) {
      throw translate(broken, false);
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

  private ProviderFailure translate(IOException broken, boolean answering) {
    var kind =
        switch (broken) {
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

  /** A body whose failures say which provider failed, and how. */
  private final class FailingBody extends InputStream {
    private final InputStream body;

    FailingBody(InputStream body) {
      this.body = body;
    }

    @Override
    public int read() throws IOException {
      var one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      try {
        return body.read(into, offset, length);
      } catch (IOException broken) {
        throw translate(broken, true);
      }
    }
  }
}

package io.larder.provider;

import io.larder.guard.Watch;
import io.larder.json.Json;
import io.larder.json.JsonException;
import io.larder.json.JsonText;
import io.larder.json.JsonWriter;
import io.larder.model.Header;
import io.larder.model.Wire;
import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A provider behind HTTP that speaks the wire formats of OpenAI or those of Anthropic. */
final class HttpProvider implements Provider, Closeable {
  private static final int MODELS_BYTES_MAX = 8 * 1024 * 1024;

  private static final Header ANTHROPIC_VERSION =
      new Header("anthropic-version", Question.ANTHROPIC_VERSION);

  /** Anthropic lists 20 models unless asked for more; 1,000 is the most. */
  private static final String ANTHROPIC_MODELS = "/models?limit=1000";

  private final ProviderSettings.One settings;
  private final Transport transport;
  private final Watch watch;

  HttpProvider(ProviderSettings.One settings, Transport transport, Watch watch) {
    this.settings = settings;
    this.transport = transport;
    this.watch = watch;
  }

  @Override
  public String name() {
    return settings.name();
  }

  @Override
  public boolean speaks(Wire wire) {
    return wire.isAnthropic() == isAnthropic();
  }

  @Override
  public boolean streamsUsage() {
    return settings.streamUsage();
  }

  @Override
  public Reply ask(Question question) throws ProviderFailure {
    var path = "/" + question.wire().path();
    return execute(path, question.headers(), Optional.of(question.body()));
  }

  @Override
  public List<Model> models() throws ProviderFailure {
    var path = isAnthropic() ? ANTHROPIC_MODELS : "/models";
    try (var reply = execute(path, List.of(), Optional.empty())) {
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

  private Reply execute(String path, List<Header> clients, Optional<byte[]> body)
      throws ProviderFailure {
    var url = URI.create(settings.url().orElseThrow() + path);
    var call = transport.call(new Transport.Request(url, sent(clients), body));
    var lease = watch.over(settings.connectTimeout().plus(settings.responseTimeout()), call::cut);
    boolean answered = false;
    try {
      var received = call.execute();
      var watched =
          new WatchedBody(
              received.body(),
              lease,
              settings.idleTimeout(),
              broken -> translate(broken, lease, true));
      answered = true;
      return new Reply(
          received.status(),
          EndToEnd.returned(received.headers()),
          watched,
          received.length(),
          watched);
    } catch (IOException broken) {
      lease.close();
      throw translate(broken, lease, false);
    } finally {
      if (!answered) {
        lease.close();
      }
    }
  }

  private List<Header> sent(List<Header> clients) {
    var headers = new ArrayList<>(EndToEnd.sent(clients));
    headers.add(new Header("Accept-Encoding", "identity"));
    if (lacks(headers, "user-agent")) {
      headers.add(new Header("User-Agent", "larder"));
    }
    if (isAnthropic()) {
      settings.key().ifPresent(key -> headers.add(new Header("x-api-key", key)));
      if (lacks(headers, ANTHROPIC_VERSION.name())) {
        headers.add(ANTHROPIC_VERSION);
      }
    } else {
      settings.key().ifPresent(key -> headers.add(new Header("Authorization", "Bearer " + key)));
    }
    return headers;
  }

  private static boolean lacks(List<Header> headers, String name) {
    return headers.stream().noneMatch(header -> header.name().equalsIgnoreCase(name));
  }

  private boolean isAnthropic() {
    return settings.kind() == ProviderSettings.Kind.ANTHROPIC;
  }

  private ProviderFailure translate(IOException broken, Watch.Lease lease, boolean answering) {
    if (lease.hasExpired()) {
      return failure(
          ProviderFailure.Kind.TIMED_OUT,
          answering ? "stopped answering" : "did not answer in time");
    }
    return switch (broken) {
      case Transport.Unreachable e ->
          failure(ProviderFailure.Kind.UNREACHABLE, "cannot be reached");
      case Transport.Full e -> failure(ProviderFailure.Kind.BUSY, "has all its connections in use");
      default -> failure(ProviderFailure.Kind.CUT, "broke off its answer");
    };
  }

  private ProviderFailure failure(ProviderFailure.Kind kind, String message) {
    return new ProviderFailure(kind, name(), message);
  }

  @Override
  public void close() throws IOException {
    transport.close();
  }
}

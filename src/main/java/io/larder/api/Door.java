package io.larder.api;

import io.larder.inference.Answer;
import io.larder.inference.Asking;
import io.larder.inference.CacheDirectives;
import io.larder.inference.Inference;
import io.larder.inference.Waiters;
import io.larder.model.Caller;
import io.larder.model.Header;
import io.larder.model.Wire;
import io.larder.provider.ProviderFailure;
import io.larder.wire.WireFormat;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.BadRequestException;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * What the doors of all wire formats have in common: HTTP in, {@link Inference} out. Hits are
 * answered on the server's own thread, what has to wait on a virtual one.
 */
@ApplicationScoped
class Door {
  @Inject Inference inference;
  @Inject Waiters waiters;
  @Inject ApiSettings settings;

  void answer(
      Wire wire,
      InputStream body,
      HttpHeaders headers,
      SecurityContext security,
      AsyncResponse response) {
    var caller = caller(security);
    var directives =
        CacheDirectives.parse(
            field(headers, HttpHeaders.CACHE_CONTROL), field(headers, "Larder-Cache"));
    var request = read(body, headers.getLength());
    switch (inference.begin(caller, WireFormat.of(wire), request, fields(headers), directives)) {
      case Inference.Step.Answered(var answer) -> send(answer, response);
      case Inference.Step.ToAsk(var asking) -> waiters.execute(() -> ask(asking, response));
    }
  }

  static Caller caller(SecurityContext security) {
    return (Caller) Objects.requireNonNull(security.getUserPrincipal());
  }

  static String field(HttpHeaders headers, String name) {
    var value = headers.getHeaderString(name);
    return value == null ? "" : value;
  }

  /** Sends what is at hand at once, and what comes bit by bit on a thread that may wait. */
  private void send(Answer answer, AsyncResponse response) {
    if (answer.body() instanceof Answer.Flowing) {
      waiters.execute(() -> resume(answer, response));
    } else {
      resume(answer, response);
    }
  }

  private static void ask(Asking asking, AsyncResponse response) {
    Answer answer;
    try {
      answer = asking.ask();
    } catch (ProviderFailure | RuntimeException | Error failure) {
      // whatever it is: a response that nobody goes on with is never complete
      response.resume(failure);
      return;
    }
    resume(answer, response);
  }

  static void resume(Answer answer, AsyncResponse response) {
    boolean taken = false;
    try {
      taken = response.resume(response(answer));
    } catch (RuntimeException | Error failure) {
      response.resume(failure);
      throw failure;
    } finally {
      if (!taken && answer.body() instanceof Answer.Flowing flowing) {
        flowing.abandon();
      }
    }
  }

  /**
   * Reads the body into a buffer of just its size where that is told.
   *
   * @param length as Content-Length tells it, or negative
   */
  byte[] read(InputStream body, int length) {
    int bytesMax = settings.bodyBytesMax();
    if (length > bytesMax) {
      throw new BodyTooLarge(bytesMax);
    }
    try {
      var bytes = body.readNBytes(length >= 0 ? length : bytesMax + 1);
      if (bytes.length > bytesMax) {
        throw new BodyTooLarge(bytesMax);
      }
      return bytes;
    } catch (IOException cut) {
      throw new BadRequestException("the request broke off", cut);
    }
  }

  private static List<Header> fields(HttpHeaders headers) {
    var fields = new ArrayList<Header>();
    headers
        .getRequestHeaders()
        .forEach((name, values) -> values.forEach(value -> fields.add(new Header(name, value))));
    return fields;
  }

  static Response response(Answer answer) {
    var response = Response.status(answer.status());
    for (var header : answer.headers()) {
      response.header(header.name(), header.value());
    }
    CacheHeaders.add(response, answer.cache());
    if (!answer.provider().isEmpty()) {
      response.header("Larder-Provider", answer.provider());
    }
    answer.stream().ifPresent(name -> response.header("Larder-Stream", name));
    return switch (answer.body()) {
      // not as an array: that would be written through a listener, with a change of threads
      case Answer.Whole whole ->
          response
              .header(HttpHeaders.CONTENT_LENGTH, whole.length())
              .entity((StreamingOutput) whole.bytes()::writeTo)
              .build();
      case Answer.Flowing flowing -> response.entity((StreamingOutput) flowing::writeTo).build();
    };
  }
}

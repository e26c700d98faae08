package io.larder.api;

import io.larder.inference.Answer;
import io.larder.inference.CacheDirectives;
import io.larder.inference.Chat;
import io.larder.inference.Exchange;
import io.larder.inference.Waiters;
import io.larder.model.Caller;
import io.larder.model.Header;
import io.larder.provider.ProviderFailure;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.BadRequestException;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.container.Suspended;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/**
 * The OpenAI-compatible chat door: HTTP in, {@link Chat} out. Hits are answered on the server's own
 * thread, what has to wait on a virtual one.
 */
@Path("chat/completions")
@ApplicationScoped
@Tag(name = "Inference")
public class ChatResource {
  @Inject Chat chat;
  @Inject Waiters waiters;
  @Inject ApiSettings settings;

  /** Answers a chat request. */
  @POST
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(
      summary = "Create a chat completion",
      description =
          "The request goes to a provider as it came, unless the cache has its answer. "
              + "Cache-Control: no-cache, no-store, max-age=N and only-if-cached are understood, "
              + "and Larder-Cache: ttl=3600, scope=tenant, tags=(\"docs\"), namespace=\"eval\"; "
              + "Cache-Status, Age, X-Cache and Larder-Key tell what the cache did.")
  @RequestBody(
      required = true,
      content =
          @Content(
              mediaType = MediaType.APPLICATION_JSON,
              schema = @Schema(type = SchemaType.OBJECT)))
  @APIResponse(
      responseCode = "200",
      description = "The provider's answer; a stream of events if stream is true",
      content = {
        @Content(mediaType = MediaType.APPLICATION_JSON),
        @Content(mediaType = MediaType.SERVER_SENT_EVENTS)
      })
  @APIResponse(responseCode = "400", description = "The request is malformed")
  @APIResponse(responseCode = "401", description = "No valid API key")
  @APIResponse(responseCode = "403", description = "Larder-Cache asks for a scope too wide")
  @APIResponse(responseCode = "404", description = "No provider serves the model")
  @APIResponse(responseCode = "413", description = "The body is too large")
  @APIResponse(responseCode = "502", description = "The provider failed or cannot be reached")
  @APIResponse(responseCode = "504", description = "The provider is too slow, or only-if-cached")
  public void complete(
      InputStream body,
      @Context HttpHeaders headers,
      @Context SecurityContext security,
      @Suspended AsyncResponse response) {
    var caller = (Caller) Objects.requireNonNull(security.getUserPrincipal());
    var directives =
        CacheDirectives.parse(
            field(headers, HttpHeaders.CACHE_CONTROL), field(headers, "Larder-Cache"));
    switch (chat.begin(caller, read(body, headers.getLength()), fields(headers), directives)) {
      case Chat.Step.Answered(var answer) -> response.resume(response(answer));
      case Chat.Step.ToAsk(var exchange) -> waiters.execute(() -> ask(exchange, response));
    }
  }

  private static String field(HttpHeaders headers, String name) {
    var value = headers.getHeaderString(name);
    return value == null ? "" : value;
  }

  private static void ask(Exchange exchange, AsyncResponse response) {
    try {
      response.resume(response(exchange.ask()));
    } catch (ProviderFailure | RuntimeException failure) {
      response.resume(failure);
    }
  }

  /**
   * Reads the body into a buffer of just its size where that is told.
   *
   * @param length as Content-Length tells it, or negative
   */
  private byte[] read(InputStream body, int length) {
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

  private static Response response(Answer answer) {
    var response = Response.status(answer.status());
    for (var header : answer.headers()) {
      response.header(header.name(), header.value());
    }
    CacheHeaders.add(response, answer.cache());
    return switch (answer.body()) {
      // not as an array: that would be written through a listener, with a change of threads
      case Answer.Whole whole ->
          response
              .header(HttpHeaders.CONTENT_LENGTH, whole.bytes().length)
              .entity((StreamingOutput) out -> out.write(whole.bytes()))
              .build();
      case Answer.Flowing flowing -> response.entity((StreamingOutput) flowing::writeTo).build();
    };
  }
}

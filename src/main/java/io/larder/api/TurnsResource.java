package io.larder.api;

import io.larder.conversation.Export;
import io.larder.conversation.Turn;
import io.larder.inference.Answer;
import io.larder.inference.CacheDirectives;
import io.larder.inference.Waiters;
import io.larder.model.Caller;
import io.larder.talk.Say;
import io.larder.talk.Talk;
import jakarta.annotation.security.RolesAllowed;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.container.Suspended;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import java.io.InputStream;
import java.util.Optional;
import java.util.OptionalLong;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The next turns of a conversation. */
@Path("conversations/{id}/messages")
@ApplicationScoped
@RolesAllowed("user")
@Produces({MediaType.APPLICATION_JSON, MediaType.SERVER_SENT_EVENTS})
@Tag(name = OpenApiPaths.MANAGEMENT)
public class TurnsResource {
  private static final int KEY_LENGTH_MAX = 255;

  @Inject Talk talk;
  @Inject Waiters waiters;
  @Inject Door door;

  /** A request, apart from its thread. */
  private record Request(
      Caller caller,
      String id,
      Say say,
      OptionalLong version,
      Optional<String> key,
      CacheDirectives directives,
      boolean wantsStream) {}

  /** Says something to a model. */
  @POST
  @Consumes(MediaType.WILDCARD)
  @Operation(
      summary = "Say something to a model, with the history of the conversation",
      description =
          "With Accept: text/event-stream the answer comes as a stream in the wire of the model's "
              + "provider, else as the finished turn. Below parent (null = at the top) it is an edit, a "
              + "branch of its own; without parent it goes on from the current leaf. content is a string, or "
              + "an array of parts: text, and images as image_url of OpenAI's wire or image of "
              + "Anthropic's, whichever the model's provider speaks. Members beside "
              + "content, model, parent and system go to the provider. With Idempotency-Key the same "
              + "request sent again is not asked again; with If-Match it is refused if the "
              + "conversation has changed. Cache-Control and Larder-Cache are understood.")
  @RequestBody(
      required = true,
      content =
          @Content(
              mediaType = MediaType.APPLICATION_JSON,
              schema = @Schema(type = SchemaType.OBJECT),
              example = "{\"content\":\"What does a larder keep?\",\"model\":\"demo\"}"))
  @APIResponse(
      responseCode = "200",
      description = "The answer",
      content = {
        @Content(mediaType = MediaType.APPLICATION_JSON),
        @Content(mediaType = MediaType.SERVER_SENT_EVENTS)
      })
  @APIResponse(responseCode = "404", description = "No such conversation, parent or model")
  @APIResponse(responseCode = "409", description = "The conversation is full")
  @APIResponse(responseCode = "412", description = "It has changed meanwhile")
  @APIResponse(responseCode = "413", description = "The turn is too large")
  @APIResponse(responseCode = "422", description = "Idempotency-Key came with another request")
  @APIResponse(responseCode = "429", description = "A limit is reached")
  public void say(
      @PathParam("id") String id,
      InputStream body,
      @Context HttpHeaders headers,
      @Context SecurityContext security,
      @Suspended AsyncResponse response) {
    var request =
        new Request(
            Door.caller(security),
            id,
            Say.parse(door.read(body, headers.getLength())),
            ConversationRequest.version(Door.field(headers, HttpHeaders.IF_MATCH)),
            key(Door.field(headers, "Idempotency-Key")),
            CacheDirectives.parse(
                Door.field(headers, HttpHeaders.CACHE_CONTROL),
                Door.field(headers, "Larder-Cache")),
            headers.getAcceptableMediaTypes().stream()
                .anyMatch(type -> type.getSubtype().equals("event-stream")));
    waiters.execute(() -> answer(request, response));
  }

  private static Optional<String> key(String header) {
    if (header.length() > KEY_LENGTH_MAX) {
      throw Refusal.badRequest("Idempotency-Key must be at most " + KEY_LENGTH_MAX + " characters");
    }
    return Optional.of(header).filter(key -> !key.isBlank());
  }

  private void answer(Request request, AsyncResponse response) {
    try {
      var reply =
          talk.say(
              request.caller(),
              request.id(),
              request.say(),
              request.version(),
              request.key(),
              request.directives());
      if (request.wantsStream()) {
        stream(request, reply, response);
      } else {
        response.resume(turn(Talk.await(reply)));
      }
    } catch (RuntimeException failure) {
      response.resume(failure);
    }
  }

  private void stream(Request request, Talk.Reply reply, AsyncResponse response) {
    switch (reply) {
      case Talk.Reply.Coming(Answer answer, Turn turn) -> {
        var taken = Response.fromResponse(Door.response(answer)).header("Larder-Turn", turn.id());
        if (!response.resume(taken.build()) && answer.body() instanceof Answer.Flowing flowing) {
          flowing.abandon();
        }
      }
      case Talk.Reply.Known(Turn answer) ->
          talk.again(request.caller(), answer)
              .ifPresentOrElse(
                  again -> Door.resume(again, response), () -> response.resume(turn(answer)));
    }
  }

  private static Response turn(Turn turn) {
    return Response.ok(Export.message(turn), MediaType.APPLICATION_JSON_TYPE).build();
  }
}

package io.larder.api;

import io.larder.inference.Streams;
import io.larder.inference.Waiters;
import io.larder.wire.BadRequest;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.container.Suspended;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.SecurityContext;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Streams that broke off on their way to the client, again. */
@Path("streams")
@ApplicationScoped
@Tag(name = "Inference")
public class StreamsResource {
  @Inject Streams streams;
  @Inject Waiters waiters;

  /** Goes on with a stream. */
  @GET
  @Path("{id}")
  @Operation(
      operationId = "resumeStream",
      summary = "Replay a stream and follow it",
      description =
          "Larder-Stream names it. Every event has its number as id; with Last-Event-ID: N those "
              + "after N come. On any node, while it is in flight and until it expires.")
  @APIResponse(
      responseCode = "200",
      description = "The events",
      content = @Content(mediaType = MediaType.SERVER_SENT_EVENTS))
  @APIResponse(responseCode = "400", description = "Last-Event-ID is no number")
  @APIResponse(responseCode = "401", description = "No valid API key")
  @APIResponse(responseCode = "404", description = "There is no such stream of yours, or no more")
  public void resume(
      @PathParam("id") String id,
      @HeaderParam("Last-Event-ID") @Nullable String lastEventId,
      @Context SecurityContext security,
      @Suspended AsyncResponse response) {
    long after = number(lastEventId == null ? "" : lastEventId.strip());
    var caller = Door.caller(security);
    waiters.execute(
        () -> {
          try {
            var answer = streams.resume(caller, id, after);
            if (answer.isPresent()) {
              Door.resume(answer.get(), response);
            } else {
              response.resume(Refusal.notFound("stream of that id, or no more"));
            }
          } catch (RuntimeException | Error failure) {
            response.resume(failure);
          }
        });
  }

  private static long number(String lastEventId) {
    if (lastEventId.isEmpty()) {
      return 0;
    }
    if (!lastEventId.matches("[0-9]{1,18}")) {
      throw new BadRequest(
          "Last-Event-ID", "Last-Event-ID must be the number of an event, 0 to 10^18 - 1");
    }
    return Long.parseLong(lastEventId);
  }
}

package io.larder.admin;

import io.larder.api.OpenApiPaths;
import io.larder.api.Presence;
import io.larder.cache.Figures;
import io.larder.model.Caller;
import jakarta.annotation.security.RolesAllowed;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.container.Suspended;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import jakarta.ws.rs.core.StreamingOutput;
import java.util.Objects;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Live figures, for pages that stay open. */
@Path("events")
@RequestScoped
@RolesAllowed("user")
@Tag(name = OpenApiPaths.MANAGEMENT)
public class EventsResource {
  @Inject Pulse pulse;
  @Inject Presence presence;
  @Context SecurityContext security;

  /** Shows figures each second until the client leaves, or would not be let in any more. */
  @GET
  @Produces(MediaType.SERVER_SENT_EVENTS)
  @Operation(
      summary = "Show live figures as events, each second",
      description =
          "Administrators see everybody's figures, users their own. It ends when the session or the "
              + "key does. A client that reads too slowly misses events.")
  @APIResponse(
      responseCode = "200",
      description = "Events named figures; what data holds is told in docs/reference/http.md",
      content =
          @Content(
              mediaType = MediaType.SERVER_SENT_EVENTS,
              schema = @Schema(type = SchemaType.STRING)))
  @APIResponse(responseCode = "429", description = "The caller has too many streams open")
  @APIResponse(responseCode = "503", description = "The node has too many streams open")
  public void events(@Suspended AsyncResponse response) {
    var caller = (Caller) Objects.requireNonNull(security.getUserPrincipal());
    var own = Figures.user(caller.tenant(), caller.id());
    var subject = security.isUserInRole("admin") ? Figures.EVERYBODY : own;
    pulse.show(own, subject, presence.lasting(), viewer -> send(viewer, response));
  }

  private static void send(Viewer viewer, AsyncResponse response) {
    var stream = (StreamingOutput) viewer::writeTo;
    response.resume(Response.ok(stream, MediaType.SERVER_SENT_EVENTS).build());
  }
}

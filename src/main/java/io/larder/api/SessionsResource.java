package io.larder.api;

import io.larder.access.BrowserSession;
import io.larder.access.BrowserSessions;
import io.larder.model.Caller;
import jakarta.annotation.security.RolesAllowed;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.SecurityContext;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The browsers in which the caller is signed in. Nobody sees or ends those of others. */
@Path("sessions")
@RequestScoped
@RolesAllowed("user")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = OpenApiPaths.MANAGEMENT)
public class SessionsResource {
  @Inject BrowserSessions browsers;
  @Inject ApiSettings settings;
  @Context SecurityContext security;
  @Context HttpServletRequest request;

  /**
   * A session.
   *
   * @param current whether it is the one that asks
   */
  public record View(
      String id, String begun, String used, String address, String agent, boolean current) {}

  /** All sessions of the caller, the last used first. */
  public record All(List<View> sessions) {
    public All {
      sessions = List.copyOf(sessions);
    }
  }

  /** How many sessions were ended. */
  public record Ended(int ended) {}

  /** Lists sessions. */
  @GET
  @Operation(
      summary = "List the browsers in which the caller is signed in",
      description =
          "By whichever of the caller's keys, the last used first. id is no secret; used is told "
              + "to a minute or two; address and agent are as told at sign-in.")
  public All all() {
    var current = current();
    return new All(
        browsers.of(caller(), settings.sessionSpan()).stream()
            .map(one -> view(one, one.id().equals(current)))
            .toList());
  }

  private static View view(BrowserSession session, boolean current) {
    return new View(
        session.id(),
        session.begun().toString(),
        session.used().toString(),
        session.address(),
        session.agent(),
        current);
  }

  /** Ends a session. */
  @DELETE
  @Path("{id}")
  @Operation(summary = "Sign a browser out, within a second on all nodes")
  @APIResponse(responseCode = "204", description = "It is signed out")
  @APIResponse(responseCode = "404", description = "There is no such session of yours, or no more")
  public void end(@PathParam("id") String id) {
    if (!browsers.end(caller(), id)) {
      throw Refusal.notFound("session of this id");
    }
  }

  /** Ends all but the one that asks. */
  @DELETE
  @Operation(
      summary = "Sign all other browsers out",
      description = "All but the one that asks; asked with an API key, all. Tells how many.")
  public Ended endOthers() {
    return new Ended(browsers.endAllBut(caller(), current()));
  }

  /** The id of the session that asks; empty = it is none. */
  private String current() {
    return request.getAttribute(Sessions.ID) instanceof String id ? id : "";
  }

  private Caller caller() {
    return Door.caller(security);
  }
}

package io.larder.admin;

import io.larder.api.OpenApiPaths;
import io.larder.inference.Warming;
import io.larder.job.Jobs;
import io.larder.model.Caller;
import jakarta.annotation.security.RolesAllowed;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Fills the cache with the answers to requests. */
@Path("cache/warm")
@RequestScoped
@RolesAllowed("admin")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = OpenApiPaths.MANAGEMENT)
public class WarmResource {
  @Inject Warming warming;
  @Inject Jobs jobs;
  @Context SecurityContext security;

  /** Asks for the answers to requests, and keeps them. */
  @POST
  @Consumes(MediaType.WILDCARD)
  @Operation(
      summary = "Warm the cache with the answers to requests",
      description =
          "JSON lines, each a chat request, or {\"request\":{…},\"ttl\":3600,\"scope\":\"tenant\","
              + "\"tags\":[\"docs\"],\"namespace\":\"eval\"}. All lines are checked before the first is "
              + "sent. 202 with a job.")
  public Response warm(InputStream body) throws IOException {
    var caller = (Caller) Objects.requireNonNull(security.getUserPrincipal());
    var lines = warming.parse(Lines.read(body));
    return JobView.accepted(
        jobs.start("warm", lines.size(), progress -> warming.run(lines, caller, progress)));
  }
}

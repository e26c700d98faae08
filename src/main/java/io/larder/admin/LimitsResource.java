package io.larder.admin;

import io.larder.api.OpenApiPaths;
import io.larder.api.StandingJson;
import io.larder.inference.Charges;
import io.larder.model.Caller;
import jakarta.annotation.security.RolesAllowed;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.SecurityContext;
import java.util.ArrayList;
import java.util.Objects;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Limits, and what is left of them. */
@Path("limits")
@RequestScoped
@RolesAllowed("user")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = OpenApiPaths.MANAGEMENT)
public class LimitsResource {
  @Inject Charges charges;
  @Context SecurityContext security;

  /** The caller's limits; for administrators also those of the providers. */
  @GET
  @Operation(
      summary = "Tell limits and what is left of them",
      description =
          "The caller's, with scope user; administrators also see those of the providers, with "
              + "scope provider NAME. windowSeconds is 0 for requests at once; remaining and "
              + "resetSeconds are absent while nobody knows; shadow policies only count. Asking "
              + "costs nothing.")
  public String limits() {
    var caller = (Caller) Objects.requireNonNull(security.getUserPrincipal());
    var standings = new ArrayList<>(charges.standings(caller));
    if (security.isUserInRole("admin")) {
      standings.addAll(charges.standingsOfProviders());
    }
    return StandingJson.of(standings);
  }
}

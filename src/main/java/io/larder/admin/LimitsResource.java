package io.larder.admin;

import io.larder.api.OpenApiPaths;
import io.larder.inference.Charges;
import io.larder.model.Caller;
import io.larder.ratelimit.Left;
import jakarta.annotation.security.RolesAllowed;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.SecurityContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
  public List<Map<String, Object>> limits() {
    var caller = (Caller) Objects.requireNonNull(security.getUserPrincipal());
    var standings = new ArrayList<>(charges.standings(caller));
    if (security.isUserInRole("admin")) {
      standings.addAll(charges.standingsOfProviders());
    }
    return standings.stream().map(LimitsResource::named).toList();
  }

  private static Map<String, Object> named(Charges.Standing standing) {
    var policy = standing.policy();
    var named = new LinkedHashMap<String, Object>();
    named.put("scope", standing.scope());
    named.put("name", policy.name());
    named.put("unit", policy.unit().word());
    named.put("limit", policy.limit());
    named.put("windowSeconds", policy.window().toSeconds());
    policy.model().ifPresent(model -> named.put("model", model));
    standing.left().ifPresent(left -> put(left, named));
    named.put("shadow", policy.shadow());
    return named;
  }

  private static void put(Left left, Map<String, Object> named) {
    named.put("remaining", left.remaining());
    named.put("resetSeconds", seconds(left.reset()));
  }

  private static long seconds(Duration time) {
    return time.plusNanos(999_999_999).toSeconds();
  }
}

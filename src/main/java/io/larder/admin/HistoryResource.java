package io.larder.admin;

import io.larder.api.OpenApiPaths;
import jakarta.annotation.security.RolesAllowed;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** What the cache did in the last hour. */
@Path("cache/history")
@RequestScoped
@RolesAllowed("admin")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = OpenApiPaths.MANAGEMENT)
public class HistoryResource {
  @Inject History history;

  /** Figures over time. */
  @GET
  @Operation(
      summary = "Tell what the cache did in the last hour, in steps of ten seconds",
      description =
          "As this node has seen it since it started: a list for each figure, with an item for each "
              + "step, the oldest first. Figures are of all nodes or, while the store of state is "
              + "out of reach, of this node, as from tells; times are always of this node, and null "
              + "where there are none.")
  public Map<String, Object> history() {
    return history.report();
  }
}

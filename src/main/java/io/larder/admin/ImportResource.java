package io.larder.admin;

import io.larder.api.OpenApiPaths;
import io.larder.cache.Cache;
import io.larder.job.Jobs;
import jakarta.annotation.security.RolesAllowed;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Takes in what another cache had. */
@Path("cache/import")
@RequestScoped
@RolesAllowed("admin")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = OpenApiPaths.MANAGEMENT)
public class ImportResource {
  @Inject Cache cache;
  @Inject Jobs jobs;

  /** Takes entries in. */
  @POST
  @Consumes(MediaType.WILDCARD)
  @Operation(
      summary = "Import entries that were exported; those that are there already stay",
      description = "All lines are checked before the first is kept. 202 with a job.")
  public Response importAll(InputStream body) throws IOException {
    var entries = Exported.parse(Lines.read(body));
    return JobView.accepted(
        jobs.start(
            "import",
            entries.size(),
            progress -> {
              for (var entry : entries) {
                if (progress.isCancelled()) {
                  return;
                }
                if (entry.keepIn(cache)) {
                  progress.done(1);
                } else {
                  progress.failed(entry.name() + ": expired, or there already");
                }
              }
            }));
  }
}

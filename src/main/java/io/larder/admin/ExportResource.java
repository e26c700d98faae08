package io.larder.admin;

import io.larder.api.OpenApiPaths;
import io.larder.cache.Cache;
import jakarta.annotation.security.RolesAllowed;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.StreamingOutput;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Gives away what the cache has. */
@Path("cache/export")
@RequestScoped
@RolesAllowed("admin")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = OpenApiPaths.MANAGEMENT)
public class ExportResource {
  private static final String JSON_LINES = "application/jsonl";
  private static final int PAGE = 100;

  @Inject Cache cache;

  /** Gives away all entries. */
  @GET
  @Produces(JSON_LINES)
  @Operation(summary = "Export all entries as JSON lines, unencrypted")
  @APIResponse(
      responseCode = "200",
      description = "An entry a line",
      content = @Content(mediaType = JSON_LINES, schema = @Schema(type = SchemaType.STRING)))
  public StreamingOutput export() {
    return out -> {
      var cursor = "";
      do {
        var page = cache.entries().list(List.of(), cursor, PAGE);
        for (var entry : page.entries()) {
          var line =
              cache.entries().read(entry.name()).map(kept -> Exported.line(entry.name(), kept));
          out.write(line.orElse("").getBytes(StandardCharsets.UTF_8));
        }
        out.flush();
        cursor = page.next();
      } while (!cursor.isEmpty());
    };
  }
}

package io.larder.api;

import io.larder.json.JsonWriter;
import io.larder.model.Caller;
import jakarta.annotation.security.RolesAllowed;
import jakarta.enterprise.context.RequestScoped;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.SecurityContext;
import java.util.Objects;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Who one is. */
@Path("me")
@RolesAllowed("user")
@RequestScoped
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = OpenApiPaths.MANAGEMENT)
public class MeResource {
  @Context SecurityContext security;

  /** The caller's name, tenant and roles. */
  @GET
  @Operation(summary = "Tell who the caller is")
  public String me() {
    var caller = (Caller) Objects.requireNonNull(security.getUserPrincipal());
    return "{\"name\":"
        + JsonWriter.quote(caller.id())
        + ",\"tenant\":"
        + JsonWriter.quote(caller.tenant())
        + ",\"roles\":"
        + caller.roles().stream()
            .sorted()
            .map(JsonWriter::quote)
            .collect(Collectors.joining(",", "[", "]"))
        + "}";
  }
}

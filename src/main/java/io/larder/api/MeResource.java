package io.larder.api;

import io.larder.inference.Charges;
import io.larder.inference.Inference;
import io.larder.json.JsonWriter;
import io.larder.model.Caller;
import jakarta.annotation.security.RolesAllowed;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.SecurityContext;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
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
  @Inject Inference inference;
  @Inject Charges charges;
  @Context SecurityContext security;
  @Context HttpServletRequest request;

  /**
   * The caller's name, tenant and roles, with whom answers may be shared, globs of the models that
   * the key allows (none = all), what is left of limits, and the token of the session if it is by
   * one.
   */
  @GET
  @Operation(
      summary = "Tell who the caller is",
      description =
          "A signed-in browser also gets csrfToken, which it sends as X-CSRF-Token with every POST, "
              + "PUT, PATCH and DELETE.")
  public String me() {
    var caller = (Caller) Objects.requireNonNull(security.getUserPrincipal());
    var token = Optional.ofNullable((String) request.getAttribute(Sessions.TOKEN));
    var who = json(caller, inference.scopes(caller), token);
    return who.substring(0, who.length() - 1)
        + ",\"limits\":"
        + StandingJson.of(charges.standings(caller))
        + "}";
  }

  static String json(Caller caller, List<String> scopes, Optional<String> token) {
    return "{\"name\":"
        + JsonWriter.quote(caller.id())
        + ",\"tenant\":"
        + JsonWriter.quote(caller.tenant())
        + ",\"roles\":"
        + array(caller.roles().stream().sorted().toList())
        + ",\"scopes\":"
        + array(scopes)
        + ",\"models\":"
        + array(caller.grant().modelTexts())
        + token.map(text -> ",\"csrfToken\":" + JsonWriter.quote(text)).orElse("")
        + "}";
  }

  private static String array(List<String> texts) {
    return texts.stream().map(JsonWriter::quote).collect(Collectors.joining(",", "[", "]"));
  }
}

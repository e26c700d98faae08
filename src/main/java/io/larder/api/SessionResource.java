package io.larder.api;

import io.larder.access.Credentials;
import io.larder.access.Identity;
import io.larder.inference.Charges;
import io.larder.inference.Inference;
import io.larder.model.Caller;
import jakarta.annotation.security.PermitAll;
import jakarta.annotation.security.RolesAllowed;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The session of a browser: signs in and out. */
@Path("session")
@RequestScoped
@RolesAllowed("user")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = OpenApiPaths.MANAGEMENT)
public class SessionResource {
  @Inject Credentials credentials;
  @Inject Charges charges;
  @Inject Inference inference;
  @Inject Sessions sessions;
  @Inject Strangers strangers;
  @Inject ApiSettings settings;
  @Context HttpServletRequest request;
  @Context HttpServletResponse response;

  /** Signs in. JSON alone is taken, since no form can send it. */
  @POST
  @PermitAll
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(
      summary = "Sign a browser in with an API key",
      description =
          "Sets the cookie LARDERSESSION. csrfToken is to be sent as X-CSRF-Token with every POST, "
              + "PUT, PATCH and DELETE. The session ends with the key.")
  @RequestBody(
      content =
          @Content(
              mediaType = MediaType.APPLICATION_JSON,
              schema = @Schema(type = SchemaType.OBJECT),
              example = "{\"key\":\"lk_…\"}"))
  @APIResponse(responseCode = "200", description = "Who it is, as GET /api/me tells")
  @APIResponse(responseCode = "400", description = "The body is something else")
  @APIResponse(responseCode = "401", description = "Nobody has that key")
  @APIResponse(responseCode = "403", description = "The page of another site has sent this")
  @APIResponse(
      responseCode = "429",
      description = "Too many wrong keys from this address, or sign-ins of this user")
  @APIResponse(
      responseCode = "503",
      description = "The store of sessions gives no answer, or is full")
  public Response begin(InputStream body) throws IOException {
    if (CrossSite.isFrom(request, settings.corsOrigins())) {
      throw Refusal.crossSite();
    }
    var key = SignIn.key(body);
    return switch (credentials.identify(key)) {
      case Identity.Known(Caller caller) -> {
        charges.signIn(caller);
        if (!credentials.isAnswering()) {
          throw Refusal.unsureOfSignIn();
        }
        var session = sessions.begin(request, response, caller, credentials.mark(key));
        var token = Optional.of(session.token());
        yield Response.ok(MeResource.json(caller, inference.scopes(caller), token))
            .header(HttpHeaders.CACHE_CONTROL, "no-store")
            .build();
      }
      case Identity.Unknown unknown -> throw strangers.failed(request);
      case Identity.Unsure unsure -> throw Refusal.unsure();
    };
  }

  /** Signs out. */
  @DELETE
  @Operation(
      summary = "Sign the browser out",
      description = "The browser forgets its cookie even when the session is over or out of reach.")
  @APIResponse(responseCode = "204", description = "There is no session any more")
  @APIResponse(
      responseCode = "503",
      description = "The browser has no session any more; the store, out of reach, still has it")
  public void end() {
    if (!sessions.end(request)) {
      sessions.forget(response);
      throw Refusal.unsureOfSignOut();
    }
  }
}

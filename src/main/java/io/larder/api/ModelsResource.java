package io.larder.api;

import io.larder.model.Grant;
import io.larder.provider.ProviderFailure;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The models that the caller can ask for. */
@Path("models")
@RequestScoped
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Inference")
public class ModelsResource {
  @Inject ModelList list;
  @Context SecurityContext security;

  /** All models of all providers, but for those that the caller's key does not allow. */
  @GET
  @Operation(summary = "List the models of all providers that the key allows")
  public Response all() throws ProviderFailure {
    return grant().models().isEmpty() ? list.all() : list.allowed(grant());
  }

  /** One model. */
  @GET
  @Path("{id: .+}")
  @Operation(summary = "Describe one model")
  @APIResponse(responseCode = "200", description = "The model, as its vendor describes it")
  @APIResponse(responseCode = "403", description = "The key does not allow it")
  @APIResponse(responseCode = "404", description = "No provider has it")
  public String one(@PathParam("id") String id) throws ProviderFailure {
    return list.one(grant(), id);
  }

  private Grant grant() {
    return Door.caller(security).grant();
  }
}

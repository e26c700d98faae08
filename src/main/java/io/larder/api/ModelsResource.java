package io.larder.api;

import io.larder.cached.Cached;
import io.larder.inference.Models;
import io.larder.json.JsonText;
import io.larder.json.JsonWriter;
import io.larder.provider.ProviderFailure;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.Collectors;
import org.eclipse.microprofile.faulttolerance.Bulkhead;
import org.eclipse.microprofile.faulttolerance.Retry;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/**
 * The models that can be asked for, as the OpenAI wire lists them. Asking all providers is slow and
 * rare, so Fault Tolerance bounds how many do it at once and tries once more when none answers.
 */
@Path("models")
@RequestScoped
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Inference")
public class ModelsResource {
  private static final int AT_ONCE = 16;

  @Inject Models models;

  /** All models of all providers; a list is kept, so that asking often costs vendors nothing. */
  @GET
  @Cached(type = "models", ttl = "PT1M")
  @Bulkhead(AT_ONCE)
  @Retry(maxRetries = 1, retryOn = ProviderFailure.class)
  @Operation(summary = "List the models of all providers")
  public Response all() throws ProviderFailure {
    var list =
        models.all().values().stream()
            .map(ModelsResource::json)
            .collect(Collectors.joining(",", "{\"object\":\"list\",\"data\":[", "]}"));
    return Response.ok(list, MediaType.APPLICATION_JSON).build();
  }

  /** One model. */
  @GET
  @Path("{id: .+}")
  @Bulkhead(AT_ONCE)
  @Retry(maxRetries = 1, retryOn = ProviderFailure.class)
  @Operation(summary = "Describe one model")
  public String one(@PathParam("id") String id) throws ProviderFailure {
    return json(models.one(id));
  }

  /** The vendor's description under the name that Larder routes by. */
  private static String json(Models.Model model) {
    if (model.name().equals(model.vendorId())) {
      return model.json();
    }
    var description = JsonText.parse(model.json().getBytes(StandardCharsets.UTF_8));
    var renamed = description.with(Map.of("id", JsonWriter.quote(model.name())));
    return new String(renamed, StandardCharsets.UTF_8);
  }
}

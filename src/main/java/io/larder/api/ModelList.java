package io.larder.api;

import io.larder.cached.Cached;
import io.larder.inference.Models;
import io.larder.json.JsonText;
import io.larder.json.JsonWriter;
import io.larder.model.Grant;
import io.larder.provider.ProviderFailure;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Map;
import java.util.stream.Collectors;
import org.eclipse.microprofile.faulttolerance.Bulkhead;
import org.eclipse.microprofile.faulttolerance.Retry;

/**
 * Lists models as the OpenAI wire does. Asking all providers is slow and rare, so Fault Tolerance
 * bounds how many do it at once and tries once more when none answers.
 */
@ApplicationScoped
public class ModelList {
  static final int AT_ONCE = 16;

  @Inject Models models;

  /** All models of all providers; the list is kept, so that asking often costs vendors nothing. */
  @Cached(type = "models", ttl = "PT1M")
  @Bulkhead(AT_ONCE)
  @Retry(maxRetries = 1, retryOn = ProviderFailure.class)
  public Response all() throws ProviderFailure {
    return list(models.all().values());
  }

  /** Those that a key allows. */
  @Bulkhead(AT_ONCE)
  @Retry(maxRetries = 1, retryOn = ProviderFailure.class)
  public Response allowed(Grant grant) throws ProviderFailure {
    return list(models.allowed(grant));
  }

  /** One of them. */
  @Bulkhead(AT_ONCE)
  @Retry(maxRetries = 1, retryOn = ProviderFailure.class)
  public String one(Grant grant, String id) throws ProviderFailure {
    return json(models.one(grant, id));
  }

  private static Response list(Collection<Models.Model> models) {
    var list =
        models.stream()
            .map(ModelList::json)
            .collect(Collectors.joining(",", "{\"object\":\"list\",\"data\":[", "]}"));
    return Response.ok(list, MediaType.APPLICATION_JSON).build();
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

package io.larder.api;

import java.util.ArrayList;
import java.util.Map;
import java.util.regex.Pattern;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.PathItem;

/**
 * Puts the endpoints where they are, and says once what those of all wire formats share. The
 * scanner takes the path of one of the two applications, as it happens to find them, for all of the
 * WAR.
 */
public class OpenApiPaths implements OASFilter {
  /** The tag of everything below {@code /api}. */
  public static final String MANAGEMENT = "Management";

  private static final String INFERENCE = "Inference";

  private static final String DESCRIPTION =
      "The request goes to a provider as it came, unless the cache has its answer or an equal "
          + "request is under way. Cache-Control: no-cache, no-store, max-age=N and only-if-cached "
          + "are understood, and Larder-Cache: ttl=3600, scope=tenant, tags=(\"docs\"), "
          + "namespace=\"eval\", pace=recorded; Cache-Status, Age, X-Cache and Larder-Key tell what "
          + "the cache did, Larder-Provider who gave the answer, and Larder-Stream, on streams, under "
          + "which name the stream can be resumed.";

  private static final Map<String, String> FAILURES =
      Map.of(
          "400", "The request is malformed",
          "401", "No valid API key",
          "403", "Larder-Cache asks for a scope too wide",
          "404", "No provider serves the model",
          "413", "The body is too large",
          "429", "A limit is reached; Retry-After tells when to try again",
          "502", "The provider failed or cannot be reached",
          "503", "Too much waits already, providers fail, or limits cannot be checked",
          "504", "The provider is too slow, or only-if-cached");

  private static final Pattern SCANNED = Pattern.compile("/(v1|api)/(?<rest>.*)");

  @Override
  public void filterOpenAPI(OpenAPI description) {
    var paths = description.getPaths();
    for (var path : new ArrayList<>(paths.getPathItems().entrySet())) {
      var scanned = SCANNED.matcher(path.getKey());
      if (scanned.matches()) {
        var application = isManagement(path.getValue()) ? "/api/" : "/v1/";
        paths.removePathItem(path.getKey());
        paths.addPathItem(application + scanned.group("rest"), path.getValue());
      }
      var inference = path.getValue().getPOST();
      if (inference != null && hasTag(inference, INFERENCE)) {
        describeInference(inference);
      }
    }
  }

  /** What the doors of all wire formats have in common. */
  private static void describeInference(Operation operation) {
    operation.setDescription(DESCRIPTION);
    FAILURES.forEach(
        (status, meaning) ->
            operation
                .getResponses()
                .addAPIResponse(status, OASFactory.createAPIResponse().description(meaning)));
  }

  private static boolean isManagement(PathItem item) {
    return item.getOperations().values().stream()
        .anyMatch(operation -> hasTag(operation, MANAGEMENT));
  }

  private static boolean hasTag(Operation operation, String tag) {
    return operation.getTags() != null && operation.getTags().contains(tag);
  }
}

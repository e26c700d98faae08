package io.larder.api;

import java.util.ArrayList;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.PathItem;

/**
 * Puts Larder's own endpoints where they are. The scanner takes one application's path for all of a
 * WAR, so it describes what is below {@code /api} as if it were below {@code /v1}.
 */
public class OpenApiPaths implements OASFilter {
  static final String MANAGEMENT = "Management";
  private static final String SCANNED = "/v1/";
  private static final String ACTUAL = "/api/";

  @Override
  public void filterOpenAPI(OpenAPI description) {
    var paths = description.getPaths();
    for (var path : new ArrayList<>(paths.getPathItems().entrySet())) {
      if (path.getKey().startsWith(SCANNED) && isManagement(path.getValue())) {
        paths.removePathItem(path.getKey());
        paths.addPathItem(ACTUAL + path.getKey().substring(SCANNED.length()), path.getValue());
      }
    }
  }

  private static boolean isManagement(PathItem item) {
    return item.getOperations().values().stream()
        .anyMatch(
            operation -> operation.getTags() != null && operation.getTags().contains(MANAGEMENT));
  }
}

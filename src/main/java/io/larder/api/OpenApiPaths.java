package io.larder.api;

import java.util.ArrayList;
import java.util.regex.Pattern;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.PathItem;

/**
 * Puts the endpoints where they are. The scanner takes the path of one of the two applications, as
 * it happens to find them, for all of the WAR.
 */
public class OpenApiPaths implements OASFilter {
  /** The tag of everything below {@code /api}. */
  public static final String MANAGEMENT = "Management";

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
    }
  }

  private static boolean isManagement(PathItem item) {
    return item.getOperations().values().stream()
        .anyMatch(
            operation -> operation.getTags() != null && operation.getTags().contains(MANAGEMENT));
  }
}

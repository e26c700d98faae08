package io.larder.admin;

import io.larder.api.Refusal;
import jakarta.annotation.security.PermitAll;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.DynamicFeature;
import jakarta.ws.rs.container.ResourceInfo;
import jakarta.ws.rs.core.FeatureContext;
import jakarta.ws.rs.ext.Provider;
import java.util.List;
import java.util.Optional;

/**
 * Lets callers below {@code /api} do what {@link RolesAllowed} on the method, or else on the class,
 * says; nobody may call what carries none, and anybody a method with {@link PermitAll}.
 */
@Provider
public class Roles implements DynamicFeature {
  @Override
  public void configure(ResourceInfo resource, FeatureContext context) {
    if (resource.getResourceMethod().isAnnotationPresent(PermitAll.class)) {
      return;
    }
    var allowed =
        Optional.ofNullable(resource.getResourceMethod().getAnnotation(RolesAllowed.class))
            .or(
                () ->
                    Optional.ofNullable(
                        resource.getResourceClass().getAnnotation(RolesAllowed.class)))
            .map(RolesAllowed::value)
            .map(List::of)
            .orElse(List.of());
    context.register((ContainerRequestFilter) request -> check(request, allowed));
  }

  private static void check(ContainerRequestContext request, List<String> allowed) {
    if (allowed.stream().noneMatch(request.getSecurityContext()::isUserInRole)) {
      throw Refusal.forbidden(allowed);
    }
  }
}

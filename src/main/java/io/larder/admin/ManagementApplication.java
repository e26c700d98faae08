package io.larder.admin;

import io.larder.api.ConditionalRequests;
import io.larder.api.ConversationsResource;
import io.larder.api.MeResource;
import io.larder.api.ProblemErrors;
import io.larder.api.SessionResource;
import io.larder.api.SessionsResource;
import io.larder.api.TurnsResource;
import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.OpenAPIDefinition;
import org.eclipse.microprofile.openapi.annotations.enums.SecuritySchemeType;
import org.eclipse.microprofile.openapi.annotations.info.Info;
import org.eclipse.microprofile.openapi.annotations.info.License;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.annotations.security.SecurityScheme;

/** Everything below {@code /api}: Larder's own endpoints, with problem+json for errors. */
@ApplicationPath("/api")
@OpenAPIDefinition(
    info =
        @Info(
            title = "Larder",
            version = "1",
            description = "An LLM gateway that remembers.",
            license = @License(name = "Apache-2.0")),
    security = @SecurityRequirement(name = "key"))
@SecurityScheme(
    securitySchemeName = "key",
    type = SecuritySchemeType.HTTP,
    scheme = "bearer",
    description = "An API key of Larder; x-api-key takes it as well")
public class ManagementApplication extends Application {
  @Override
  public Set<Class<?>> getClasses() {
    return Set.of(
        SessionResource.class,
        SessionsResource.class,
        MeResource.class,
        ConversationsResource.class,
        TurnsResource.class,
        LimitsResource.class,
        CacheResource.class,
        HistoryResource.class,
        EventsResource.class,
        EntriesResource.class,
        WarmResource.class,
        ExportResource.class,
        ImportResource.class,
        JobsResource.class,
        KeysResource.class,
        Roles.class,
        ProblemErrors.class,
        ConditionalRequests.class);
  }
}

package io.larder.admin;

import io.larder.api.OpenApiPaths;
import io.larder.cache.Cache;
import io.larder.cache.Figure;
import io.larder.cache.Figures;
import io.larder.cache.Label;
import io.larder.model.Caller;
import io.larder.valkey.Occupancy;
import io.larder.valkey.Valkey;
import io.larder.valkey.ValkeyStores;
import io.larder.valkey.ValkeyUnavailable;
import jakarta.annotation.security.RolesAllowed;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.SecurityContext;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** What the cache does, and invalidation by label: O(1), seen by all nodes within a second. */
@Path("cache")
@RequestScoped
@RolesAllowed("admin")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = OpenApiPaths.MANAGEMENT)
public class CacheResource {
  @Inject Cache cache;
  @Inject Figures figures;
  @Inject Totals totals;
  @Inject ValkeyStores stores;
  @Context SecurityContext security;

  /** Figures by type and in total, and the state of the stores. */
  @GET
  @RolesAllowed("user")
  @Operation(
      summary = "Tell what the cache does",
      description =
          "Administrators see everybody's figures, users their own. Of all nodes, or, while the "
              + "store of state is out of reach, of this node since it started: from tells. "
              + "Administrators also see what the servers of the stores say of themselves.")
  public Map<String, Object> figures() {
    boolean admin = security.isUserInRole("admin");
    var caller = (Caller) Objects.requireNonNull(security.getUserPrincipal());
    var subject = admin ? Figures.EVERYBODY : Figures.user(caller.tenant(), caller.id());
    var report = new LinkedHashMap<String, Object>();
    Map<String, Map<String, Long>> types;
    try {
      types = totals.everywhere(subject);
      report.put("from", "all nodes");
    } catch (ValkeyUnavailable down) {
      types = Totals.named(figures.here(subject));
      report.put("from", "this node");
    }
    report.put("of", admin ? "everybody" : caller.id());
    report.putAll(sums(types));
    report.put("types", types);
    if (admin) {
      report.put("models", models());
      report.put("evicted", cache.evicted());
      report.put("memoryBytes", cache.memoryBytes());
    }
    report.put(
        "stores",
        Map.of("cache", store(stores.cache(), admin), "state", store(stores.state(), admin)));
    return report;
  }

  private Map<String, Map<String, Long>> models() {
    try {
      return totals.everywhere(Figures.MODELS);
    } catch (ValkeyUnavailable down) {
      return Totals.named(figures.here(Figures.MODELS));
    }
  }

  private static Map<String, Long> sums(Map<String, Map<String, Long>> types) {
    var sums = new LinkedHashMap<String, Long>();
    for (var figure : Figure.values()) {
      var name = figure.text();
      sums.put(name, types.values().stream().mapToLong(one -> one.getOrDefault(name, 0L)).sum());
    }
    return sums;
  }

  private static Map<String, Object> store(Optional<Valkey> store, boolean admin) {
    var report = new LinkedHashMap<String, Object>();
    report.put("state", store.map(Valkey::condition).orElse("MEMORY"));
    store.ifPresent(
        one -> {
          report.put("breaker", one.breaker());
          report.put("opened", one.opened());
          if (admin) {
            report.put("address", one.address());
            occupancy(one).ifPresent(said -> report.putAll(named(said)));
          }
        });
    return report;
  }

  /** Empty = the store is down, or its user may not ask. */
  private static Optional<Occupancy> occupancy(Valkey store) {
    try {
      return Optional.of(store.occupancy());
    } catch (ValkeyUnavailable down) {
      return Optional.empty();
    }
  }

  private static Map<String, Long> named(Occupancy said) {
    var named = new LinkedHashMap<String, Long>();
    named.put("memoryBytes", said.memoryBytes());
    named.put("memoryBytesMax", said.memoryBytesMax());
    named.put("evictedKeys", said.evictedKeys());
    named.put("keys", said.keys());
    return named;
  }

  /** Invalidates everything. */
  @DELETE
  @Operation(summary = "Invalidate everything")
  public void everything() {
    cache.invalidate(Label.EVERYTHING);
  }

  /** Invalidates a tag. */
  @DELETE
  @Path("tags/{tag}")
  @Operation(summary = "Invalidate what is filed under a tag")
  public void tag(@PathParam("tag") String tag) {
    invalidate(Label.Kind.TAG, tag);
  }

  /** Invalidates a cache type. */
  @DELETE
  @Path("types/{type}")
  @Operation(summary = "Invalidate a cache type, such as chat")
  public void type(@PathParam("type") String type) {
    invalidate(Label.Kind.TYPE, type);
  }

  /** Invalidates a user's answers. */
  @DELETE
  @Path("users/{user}")
  @Operation(
      summary = "Invalidate the answers that a user was first to ask for",
      description = "Without tenant, the user of that name in the tenant called default.")
  public void user(
      @PathParam("user") String user,
      @QueryParam("tenant") @DefaultValue("default") String tenant) {
    cache.invalidate(Labels.user(tenant, user));
  }

  /** Invalidates a model's answers. */
  @DELETE
  @Path("models/{model: .+}")
  @Operation(summary = "Invalidate the answers of a model, by its name at the provider")
  public void model(@PathParam("model") String model) {
    invalidate(Label.Kind.MODEL, model);
  }

  /** Invalidates a provider's answers. */
  @DELETE
  @Path("providers/{provider}")
  @Operation(summary = "Invalidate the answers of a provider")
  public void provider(@PathParam("provider") String provider) {
    invalidate(Label.Kind.PROVIDER, provider);
  }

  /** Invalidates a namespace. */
  @DELETE
  @Path("namespaces/{namespace}")
  @Operation(summary = "Invalidate a namespace")
  public void namespace(@PathParam("namespace") String namespace) {
    invalidate(Label.Kind.NAMESPACE, namespace);
  }

  private void invalidate(Label.Kind kind, String name) {
    cache.invalidate(Labels.of(kind, name));
  }
}

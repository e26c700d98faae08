package io.larder.admin;

import io.larder.api.OpenApiPaths;
import io.larder.api.Refusal;
import io.larder.cache.Cache;
import io.larder.cache.Glob;
import io.larder.cache.Label;
import io.larder.cache.Listed;
import io.larder.job.Jobs;
import io.larder.model.Caller;
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
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** The entries of the cache, without their bodies. */
@Path("cache/entries")
@RequestScoped
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = OpenApiPaths.MANAGEMENT)
public class EntriesResource {
  private static final int LIMIT_MAX = 1_000;
  private static final int CURSOR_LENGTH_MAX = 512;
  private static final String STREAM = ":stream";

  @Inject Cache cache;
  @Inject Jobs jobs;
  @Context SecurityContext security;

  /** A page of entries. */
  public record Page(List<EntryView> entries, String cursor) {
    public Page {
      entries = List.copyOf(entries);
    }
  }

  /** Lists entries. */
  @GET
  @RolesAllowed("admin")
  @Operation(
      summary = "List entries, some at a time",
      description =
          "Those with all the labels asked for, in no order. A page can be short or empty and there "
              + "is more all the same: an empty cursor says that it was the last. A user is one of "
              + "the tenant called default unless tenant says otherwise.")
  public Page list(
      @QueryParam("type") @Nullable String type,
      @QueryParam("tag") @Nullable String tag,
      @QueryParam("model") @Nullable String model,
      @QueryParam("user") @Nullable String user,
      @QueryParam("tenant") @DefaultValue("default") String tenant,
      @QueryParam("cursor") @DefaultValue("") String cursor,
      @QueryParam("limit") @DefaultValue("100") int limit) {
    if (limit < 1 || limit > LIMIT_MAX) {
      throw Refusal.badRequest("limit must be 1 to " + LIMIT_MAX + ", was " + limit);
    }
    if (cursor.length() > CURSOR_LENGTH_MAX) {
      throw Refusal.badRequest("cursor must be one that the page before gave");
    }
    var labels = new ArrayList<Label>();
    add(labels, Label.Kind.TYPE, type);
    add(labels, Label.Kind.TAG, tag);
    add(labels, Label.Kind.MODEL, model);
    if (user != null) {
      labels.add(Labels.user(tenant, user));
    }
    var page = cache.entries().list(labels, cursor, limit);
    return new Page(page.entries().stream().map(EntryView::of).toList(), page.next());
  }

  private static void add(List<Label> labels, Label.Kind kind, @Nullable String name) {
    if (name != null) {
      labels.add(Labels.of(kind, name));
    }
  }

  /** Tells of one entry. */
  @GET
  @Path("{key}")
  @RolesAllowed("user")
  @Operation(summary = "Tell of one entry; key is what Larder-Key told")
  public EntryView one(@PathParam("key") String key) {
    return EntryView.of(find(key).getFirst());
  }

  /** Removes one entry. */
  @DELETE
  @Path("{key}")
  @RolesAllowed("user")
  @Operation(summary = "Remove one entry; an answer that is being made meanwhile is not kept")
  public void remove(@PathParam("key") String key) {
    boolean admin = security.isUserInRole("admin");
    // administrators can try again what was half told; others must have an entry of their own
    var names = admin ? names(key) : find(key).stream().map(Listed::name).toList();
    boolean removed = false;
    for (var name : names) {
      removed |= cache.entries().remove(name);
    }
    if (!removed) {
      throw Refusal.notFound("entry with this key");
    }
  }

  /** The JSON answer and the stream of that key. */
  private static List<String> names(String key) {
    return key.endsWith(STREAM) ? List.of(key) : List.of(key, key + STREAM);
  }

  /**
   * The JSON answer and the stream of that key; only the caller's own, unless an administrator's.
   */
  private List<Listed> find(String key) {
    var caller = (Caller) Objects.requireNonNull(security.getUserPrincipal());
    var mine = new Label(Label.Kind.USER, caller.subject());
    var found = new ArrayList<Listed>();
    for (var name : names(key)) {
      cache
          .entries()
          .describe(name)
          .filter(entry -> security.isUserInRole("admin") || entry.labels().contains(mine))
          .ifPresent(found::add);
    }
    if (found.isEmpty()) {
      throw Refusal.notFound("entry with this key");
    }
    return found;
  }

  /** Removes entries by a pattern of their keys. */
  @DELETE
  @RolesAllowed("admin")
  @Operation(
      summary = "Remove entries whose keys match a pattern, such as products:1*",
      description =
          "Looks at every key there is, in the background: 202 with a job. * is any text, ? one "
              + "character. By label it is one step: DELETE /api/cache/tags/{tag} and the like.")
  public Response removeAll(@QueryParam("pattern") @DefaultValue("") String pattern) {
    try {
      Glob.check(pattern);
    } catch (IllegalArgumentException wrong) {
      throw Refusal.badRequest("pattern: " + wrong.getMessage());
    }
    return JobView.accepted(
        jobs.start(
            "remove",
            0,
            progress -> {
              var cursor = "";
              do {
                var removal = cache.entries().removeSome(pattern, cursor);
                progress.done(removal.removed());
                cursor = removal.next();
              } while (!cursor.isEmpty() && !progress.isCancelled());
            }));
  }
}

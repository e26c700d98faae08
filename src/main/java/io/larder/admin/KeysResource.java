package io.larder.admin;

import io.larder.access.Keys;
import io.larder.api.OpenApiPaths;
import io.larder.api.Refusal;
import io.larder.inference.Charges;
import io.larder.model.Caller;
import jakarta.annotation.security.RolesAllowed;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** API keys: administrators see to all of them, users to their own. */
@Path("keys")
@RequestScoped
@RolesAllowed("user")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = OpenApiPaths.MANAGEMENT)
public class KeysResource {
  private static final int LIMIT_MAX = 1_000;
  private static final int CURSOR_LENGTH_MAX = 512;

  @Inject Keys keys;
  @Inject Charges charges;
  @Context SecurityContext security;

  /** A page of keys. */
  public record Page(List<KeyView> keys, String cursor) {
    public Page {
      keys = List.copyOf(keys);
    }
  }

  /** Makes a key. */
  @POST
  @Consumes(MediaType.WILDCARD)
  @Operation(
      summary = "Make an API key; it is shown in this answer only",
      description =
          "All members can be left out: owner and tenant are then the caller's own, roles is "
              + "[\"user\"], and the key does not expire. models are globs of provider/model or model "
              + "that it may ask, scopes with whom it may share answers; all without. Users make keys for themselves, which can do "
              + "and last no more than the one they call with.")
  @RequestBody(
      content =
          @Content(
              mediaType = MediaType.APPLICATION_JSON,
              schema = @Schema(type = SchemaType.OBJECT),
              example =
                  "{\"owner\":\"u-17\",\"tenant\":\"t-1\",\"roles\":[\"user\"],\"limits\":\"\","
                      + "\"models\":[\"openai/*\",\"demo\"],\"scopes\":[\"user\"],"
                      + "\"expires\":\"2030-01-31T00:00:00Z\"}"))
  @APIResponse(
      responseCode = "201",
      description = "The key",
      content =
          @Content(
              mediaType = MediaType.APPLICATION_JSON,
              schema = @Schema(implementation = MadeKey.class)))
  @APIResponse(responseCode = "400", description = "A member is wrong; detail says which")
  @APIResponse(responseCode = "403", description = "A user asks for more than it has")
  @APIResponse(responseCode = "409", description = "The owner has 100 keys already")
  @APIResponse(responseCode = "429", description = "The user has made 100 keys within a day")
  public Response make(InputStream body) throws IOException {
    var wish = KeyRequest.wish(body);
    charges.makeKey(caller());
    return MadeKey.answer(keys.make(caller(), wish));
  }

  /** Lists keys. */
  @GET
  @Operation(
      summary = "List API keys, some at a time, never the keys themselves",
      description =
          "Administrators see all of them, in no order, or with owner those of one user (of the "
              + "tenant called default unless tenant says otherwise); users their own. A page can be "
              + "short or empty and there is more all the same: an empty cursor says that it was the "
              + "last.")
  public Page list(
      @QueryParam("owner") @Nullable String owner,
      @QueryParam("tenant") @Nullable String tenant,
      @QueryParam("cursor") @DefaultValue("") String cursor,
      @QueryParam("limit") @DefaultValue("100") int limit) {
    if (limit < 1 || limit > LIMIT_MAX) {
      throw Refusal.badRequest("limit must be 1 to " + LIMIT_MAX + ", was " + limit);
    }
    if (cursor.length() > CURSOR_LENGTH_MAX) {
      throw Refusal.badRequest("cursor must be one that the page before gave");
    }
    if (tenant != null && owner == null) {
      throw Refusal.badRequest("tenant must come with owner");
    }
    var page = owner == null ? keys.list(caller(), cursor, limit) : of(owner, tenant);
    return new Page(page.keys().stream().map(KeyView::of).toList(), page.next());
  }

  private Keys.Page of(String owner, @Nullable String tenant) {
    var subject = Labels.user(Optional.ofNullable(tenant).orElse("default"), owner).name();
    return keys.of(caller(), subject).orElseThrow(() -> Refusal.forbidden(List.of("admin")));
  }

  /** Revokes a key. */
  @DELETE
  @Path("{id}")
  @Operation(summary = "Revoke an API key; within a second no node lets its bearer in")
  @APIResponse(responseCode = "204", description = "It is revoked")
  @APIResponse(responseCode = "404", description = "There is no such key of yours")
  public void revoke(@PathParam("id") String id) {
    if (!keys.revoke(caller(), id)) {
      throw Refusal.notFound("key of this id");
    }
  }

  /** Replaces a key. */
  @POST
  @Path("{id}/rotate")
  @Consumes(MediaType.WILDCARD)
  @Operation(
      summary = "Make an API key in place of another, which is good for a while yet",
      description =
          "overlap is 0 s to 30 days, an hour if it is left out. The new key is for the same owner, "
              + "roles, limits, models and scopes, and expires when the old one would have; it is shown in this answer "
              + "only.")
  @RequestBody(
      content =
          @Content(
              mediaType = MediaType.APPLICATION_JSON,
              schema = @Schema(type = SchemaType.OBJECT),
              example = "{\"overlap\":\"PT1H\"}"))
  @APIResponse(
      responseCode = "201",
      description = "The new key",
      content =
          @Content(
              mediaType = MediaType.APPLICATION_JSON,
              schema = @Schema(implementation = MadeKey.class)))
  @APIResponse(responseCode = "400", description = "overlap is wrong")
  @APIResponse(responseCode = "403", description = "The key gives more than the caller's own")
  @APIResponse(responseCode = "404", description = "There is no such key of yours")
  @APIResponse(responseCode = "409", description = "The owner has 100 keys already")
  @APIResponse(responseCode = "429", description = "The user has made 100 keys within a day")
  public Response rotate(@PathParam("id") String id, InputStream body) throws IOException {
    var overlap = KeyRequest.overlap(body);
    charges.makeKey(caller());
    return MadeKey.answer(keys.rotate(caller(), id, overlap));
  }

  private Caller caller() {
    return (Caller) Objects.requireNonNull(security.getUserPrincipal());
  }
}

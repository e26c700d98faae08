package io.larder.api;

import io.larder.conversation.Conversation;
import io.larder.conversation.Conversations;
import io.larder.conversation.Export;
import io.larder.conversation.Head;
import io.larder.conversation.Markdown;
import io.larder.conversation.Turn;
import io.larder.json.JsonWriter;
import io.larder.model.Caller;
import io.larder.talk.Talk;
import jakarta.annotation.security.RolesAllowed;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.EntityTag;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The caller's conversations. */
@Path("conversations")
@RequestScoped
@RolesAllowed("user")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = OpenApiPaths.MANAGEMENT)
public class ConversationsResource {
  private static final int LIMIT_MAX = 500;

  @Inject Conversations conversations;
  @Inject Talk talk;
  @Inject Door door;
  @Context SecurityContext security;
  @Context HttpHeaders headers;

  /** Lists conversations. */
  @GET
  @Operation(
      summary = "List the caller's conversations, the last changed first",
      description =
          "title finds those that have that text in their title, whatever its case; tag those that "
              + "have that tag. A page can be short and there is more all the same: an empty cursor "
              + "says that it was the last.")
  @APIResponse(responseCode = "200", description = "conversations and cursor")
  public String list(
      @QueryParam("cursor") @DefaultValue("") String cursor,
      @QueryParam("limit") @DefaultValue("50") int limit,
      @QueryParam("title") @DefaultValue("") String title,
      @QueryParam("tag") @DefaultValue("") String tag) {
    if (limit < 1 || limit > LIMIT_MAX) {
      throw Refusal.badRequest("limit must be 1 to " + LIMIT_MAX + ", was " + limit);
    }
    var page = conversations.list(owner(), cursor, limit, title, tag);
    return page.heads().stream()
        .map(Export::head)
        .collect(
            Collectors.joining(
                ",",
                "{\"conversations\":[",
                "],\"cursor\":" + JsonWriter.quote(page.next()) + "}"));
  }

  /** Begins a conversation. */
  @POST
  @Consumes(MediaType.WILDCARD)
  @Operation(summary = "Begin a conversation; title and tags can be left out")
  @RequestBody(
      content =
          @Content(
              mediaType = MediaType.APPLICATION_JSON,
              schema = @Schema(type = SchemaType.OBJECT),
              example = "{\"title\":\"Jam\",\"tags\":[\"kitchen\"]}"))
  @APIResponse(responseCode = "201", description = "The conversation")
  @APIResponse(responseCode = "409", description = "The caller has as many as may be")
  public Response create(InputStream body) {
    var request = ConversationRequest.read(read(body), Set.of("title", "tags"));
    var head =
        conversations.create(owner(), request.title().orElse(""), request.tags().orElse(List.of()));
    return shown(Response.created(URI.create("conversations/" + head.id())), head);
  }

  /** Takes conversations in. */
  @POST
  @Path("import")
  @Consumes(MediaType.WILDCARD)
  @Operation(
      summary = "Import conversations, as one JSON object or as JSON lines",
      description =
          "As exported, or as little as {\"messages\":[{\"role\":\"user\",\"content\":\"…\"}]}. All are "
              + "checked before the first is stored; they get ids of their own.")
  @APIResponse(responseCode = "200", description = "ids, in order")
  @APIResponse(responseCode = "400", description = "A line is wrong; detail says which")
  public String take(InputStream body) {
    var imports = conversations.parse(new String(read(body), StandardCharsets.UTF_8));
    return conversations.take(owner(), imports).stream()
        .map(JsonWriter::quote)
        .collect(Collectors.joining(",", "{\"ids\":[", "]}"));
  }

  /** A conversation. */
  @GET
  @Path("{id}")
  @Operation(
      summary = "Read a conversation: its current branch, or the one that a turn is on",
      description =
          "Of a turn, siblings are those beside it, where branches part; state is complete, "
              + "in-progress, interrupted or failed; stream names the stream of its answer, which "
              + "GET /v1/streams/{id} shows.")
  @APIResponse(responseCode = "200", description = "The conversation, with an ETag")
  @APIResponse(responseCode = "404", description = "The caller has no such conversation")
  public Response read(
      @PathParam("id") String id, @QueryParam("leaf") @DefaultValue("") String leaf) {
    var conversation = talk.read(caller(), id);
    var turns = leaf.isEmpty() ? conversation.branch() : conversation.branch(leaf);
    if (!leaf.isEmpty() && turns.isEmpty()) {
      throw Refusal.notFound("turn of this id in the conversation");
    }
    return Response.ok(Export.branch(conversation, turns)).tag(tag(conversation)).build();
  }

  /** Changes a conversation. */
  @PATCH
  @Path("{id}")
  @Consumes(MediaType.WILDCARD)
  @Operation(
      summary = "Change title, tags or which branch is the current one",
      description = "With If-Match only if nobody has changed it meanwhile.")
  @RequestBody(
      content =
          @Content(
              mediaType = MediaType.APPLICATION_JSON,
              schema = @Schema(type = SchemaType.OBJECT),
              example = "{\"title\":\"Jam\",\"tags\":[],\"leaf\":\"…\"}"))
  @APIResponse(responseCode = "200", description = "The conversation without its turns")
  @APIResponse(responseCode = "404", description = "The caller has no such conversation")
  @APIResponse(responseCode = "412", description = "It has changed meanwhile")
  public Response change(@PathParam("id") String id, InputStream body) {
    var request = ConversationRequest.read(read(body), Set.of("title", "tags", "leaf"));
    var head =
        conversations.change(
            owner(), id, request.title(), request.tags(), request.leaf(), version());
    return shown(Response.ok(), head);
  }

  /** Forgets a conversation. */
  @DELETE
  @Path("{id}")
  @Operation(summary = "Delete a conversation, with If-Match only if nobody has changed it")
  @APIResponse(responseCode = "204", description = "It is gone")
  @APIResponse(responseCode = "404", description = "The caller has no such conversation")
  @APIResponse(responseCode = "412", description = "It has changed meanwhile")
  public void remove(@PathParam("id") String id) {
    conversations.remove(owner(), id, version());
  }

  /** Gives a conversation away. */
  @GET
  @Path("{id}/export")
  @Produces({MediaType.APPLICATION_JSON, "text/markdown"})
  @Operation(
      summary = "Export a conversation: json with all branches, or markdown of the current one")
  @APIResponse(responseCode = "200", description = "A file")
  @APIResponse(responseCode = "404", description = "The caller has no such conversation")
  public Response export(
      @PathParam("id") String id, @QueryParam("format") @DefaultValue("json") String format) {
    var conversation = talk.read(caller(), id);
    return switch (format) {
      case "json" -> file(id + ".json", MediaType.APPLICATION_JSON, Export.whole(conversation));
      case "markdown" ->
          file(
              id + ".md",
              "text/markdown; charset=utf-8",
              Markdown.of(conversation.head(), conversation.branch()));
      default -> throw Refusal.badRequest("format must be json or markdown");
    };
  }

  private static Response file(String name, String type, String text) {
    return Response.ok(text, type)
        .header(
            HttpHeaders.CONTENT_DISPOSITION, "attachment; filename=\"conversation-" + name + "\"")
        .build();
  }

  private static Response shown(Response.ResponseBuilder response, Head head) {
    return response
        .entity(Export.head(head))
        .type(MediaType.APPLICATION_JSON)
        .tag(new EntityTag(String.valueOf(head.version())))
        .build();
  }

  /** The version; and, as answers come without a new version, how far those have come. */
  private static EntityTag tag(Conversation conversation) {
    var open =
        conversation.turns().stream()
            .map(Turn::said)
            .filter(said -> said.state() != Turn.State.COMPLETE)
            .map(said -> said.state() + ":" + said.content().length())
            .collect(Collectors.joining(","));
    var version = String.valueOf(conversation.head().version());
    return new EntityTag(
        open.isEmpty() ? version : version + "-" + Integer.toHexString(open.hashCode()));
  }

  private byte[] read(InputStream body) {
    return door.read(body, headers.getLength());
  }

  private OptionalLong version() {
    return ConversationRequest.version(Door.field(headers, HttpHeaders.IF_MATCH));
  }

  private Caller caller() {
    return Door.caller(security);
  }

  private String owner() {
    return caller().subject();
  }
}

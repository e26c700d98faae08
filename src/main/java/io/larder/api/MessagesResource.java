package io.larder.api;

import io.larder.model.Wire;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.container.Suspended;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.SecurityContext;
import java.io.InputStream;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The door for messages of the Anthropic API. */
@Path("messages")
@ApplicationScoped
@Tag(name = "Inference")
public class MessagesResource {
  @Inject Door door;

  /** Answers a request for a message. */
  @POST
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(operationId = "createMessage", summary = "Create a message")
  @RequestBody(
      required = true,
      content =
          @Content(
              mediaType = MediaType.APPLICATION_JSON,
              schema = @Schema(type = SchemaType.OBJECT)))
  @APIResponse(
      responseCode = "200",
      description = "The provider's answer; a stream of events if stream is true",
      content = {
        @Content(mediaType = MediaType.APPLICATION_JSON),
        @Content(mediaType = MediaType.SERVER_SENT_EVENTS)
      })
  public void create(
      InputStream body,
      @Context HttpHeaders headers,
      @Context SecurityContext security,
      @Suspended AsyncResponse response) {
    door.answer(Wire.ANTHROPIC_MESSAGES, body, headers, security, response);
  }

  /** Answers a request to count tokens. */
  @POST
  @Path("count_tokens")
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(operationId = "countMessageTokens", summary = "Count the tokens of a message")
  @RequestBody(
      required = true,
      content =
          @Content(
              mediaType = MediaType.APPLICATION_JSON,
              schema = @Schema(type = SchemaType.OBJECT)))
  @APIResponse(
      responseCode = "200",
      description = "The provider's answer",
      content = @Content(mediaType = MediaType.APPLICATION_JSON))
  public void countTokens(
      InputStream body,
      @Context HttpHeaders headers,
      @Context SecurityContext security,
      @Suspended AsyncResponse response) {
    door.answer(Wire.ANTHROPIC_COUNT_TOKENS, body, headers, security, response);
  }
}

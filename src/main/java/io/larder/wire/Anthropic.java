package io.larder.wire;

import io.larder.json.Json;
import io.larder.json.JsonWriter;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/**
 * What the wire formats of the Anthropic API have in common.
 *
 * @see <a href="https://docs.anthropic.com/en/api/errors">Anthropic, errors</a>
 */
final class Anthropic {
  /** Members that say how an answer is delivered or who asks; the model goes by another name. */
  static final Set<String> OMITTED = Set.of("model", "stream", "metadata");

  private Anthropic() {}

  /** The body as a JSON object with messages. */
  static Json.Obj requireMessages(Json.Obj request) {
    if (request.items("messages").isEmpty()) {
      throw new BadRequest("messages", "messages must be an array of at least one message");
    }
    return request;
  }

  /**
   * Whether the vendor keeps something of the exchange, or does something: a container is a machine
   * there that later requests go on with; an MCP server is asked to act by the vendor, which an
   * answer from the cache would not do again.
   */
  static boolean isStateful(Json.Obj request) {
    return request.has("container") || !request.items("mcp_servers").isEmpty();
  }

  /** An error; {@code code} and {@code param} are additions, which clients ignore. */
  static byte[] error(int status, String code, String param, String message) {
    return ("{\"type\":\"error\",\"error\":{\"type\":\""
            + type(status)
            + "\",\"message\":"
            + JsonWriter.quote(message)
            + ",\"code\":"
            + JsonWriter.quote(code)
            + (param.isEmpty() ? "" : ",\"param\":" + JsonWriter.quote(param))
            + "}}")
        .getBytes(StandardCharsets.UTF_8);
  }

  private static String type(int status) {
    return switch (status) {
      case 401 -> "authentication_error";
      case 403 -> "permission_error";
      case 404 -> "not_found_error";
      case 413 -> "request_too_large";
      case 429 -> "rate_limit_error";
      case 503, 529 -> "overloaded_error";
      default -> status < 500 ? "invalid_request_error" : "api_error";
    };
  }

  static byte[] errorEvent(String code, String message) {
    var error = new String(error(500, code, "", message), StandardCharsets.UTF_8);
    return ("event: error\ndata: " + error + "\n\n").getBytes(StandardCharsets.UTF_8);
  }
}

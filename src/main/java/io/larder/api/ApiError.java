package io.larder.api;

import io.larder.inference.CallFailed;
import io.larder.inference.Crowded;
import io.larder.inference.NotCached;
import io.larder.inference.ScopeRefused;
import io.larder.inference.TooSlow;
import io.larder.job.JobsBusy;
import io.larder.json.JsonWriter;
import io.larder.model.Wire;
import io.larder.provider.ProviderFailure;
import io.larder.provider.UnknownModel;
import io.larder.valkey.ValkeyUnavailable;
import io.larder.wire.BadRequest;
import io.larder.wire.WireFormat;
import jakarta.ws.rs.WebApplicationException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.eclipse.microprofile.faulttolerance.exceptions.BulkheadException;

/**
 * An error as callers see it. {@link #of} is the one table from what went wrong to status and code.
 *
 * @param status the HTTP status
 * @param code a stable word for programs
 * @param param the part of the request that is wrong, if it is one
 * @param message a sentence for people
 */
record ApiError(int status, String code, Optional<String> param, String message) {

  static ApiError of(Throwable failure) {
    return switch (failure) {
      case BadRequest bad -> new ApiError(400, "invalid_request", bad.param(), text(bad));
      case Refusal refusal -> of(refusal.status(), refusal.code(), text(refusal));
      case ValkeyUnavailable down ->
          of(503, "store_unavailable", "nothing was done: " + text(down));
      case JobsBusy busy -> of(503, "busy", text(busy));
      case BodyTooLarge large -> of(413, "request_too_large", text(large));
      case UnknownModel unknown ->
          new ApiError(404, "model_not_found", Optional.of("model"), text(unknown));
      case ScopeRefused refused ->
          new ApiError(403, "scope_refused", Optional.of("Larder-Cache"), text(refused));
      case CallFailed failed -> of(502, "provider_failed", text(failed));
      case TooSlow slow -> of(504, "provider_timeout", text(slow));
      case Crowded crowded -> of(503, "busy", text(crowded));
      case NotCached absent -> of(504, "not_cached", text(absent));
      case ProviderFailure failed ->
          switch (failed.kind()) {
            case UNREACHABLE -> of(502, "provider_unreachable", text(failed));
            case CUT -> of(502, "provider_failed", text(failed));
            case TIMED_OUT -> of(504, "provider_timeout", text(failed));
            case BUSY -> of(503, "provider_busy", text(failed));
            case OPEN -> of(503, "provider_unavailable", text(failed));
          };
      case BulkheadException full -> of(503, "busy", "too many requests of this kind at once");
      case WebApplicationException http -> ofStatus(http.getResponse().getStatus());
      default -> of(500, "internal_error", "Larder failed; its log says why");
    };
  }

  /** No identity. */
  static ApiError unauthorized() {
    return of(
        401,
        "invalid_api_key",
        "an API key of Larder is needed, as Authorization: Bearer KEY or x-api-key: KEY");
  }

  private static ApiError ofStatus(int status) {
    return switch (status) {
      case 400 -> of(400, "invalid_request", "the request cannot be read");
      case 404 -> of(404, "not_found", "there is no such endpoint");
      case 405 -> of(405, "method_not_allowed", "this endpoint has no such method");
      case 406 -> of(406, "not_acceptable", "this endpoint cannot answer in that media type");
      case 415 -> of(415, "unsupported_media_type", "Content-Type must be application/json");
      default -> of(status, "http_" + status, "the request failed with status " + status);
    };
  }

  private static ApiError of(int status, String code, String message) {
    return new ApiError(status, code, Optional.empty(), message);
  }

  private static String text(Throwable failure) {
    return String.valueOf(failure.getMessage());
  }

  /** Whether it is worth trying again soon. */
  boolean isPassing() {
    return status == 503;
  }

  /**
   * The body as clients of an endpoint expect it.
   *
   * @param path of the endpoint below {@code /v1}
   */
  String on(String path) {
    var endpoint = path.startsWith("/") ? path.substring(1) : path;
    var wire = endpoint.startsWith("messages") ? Wire.ANTHROPIC_MESSAGES : Wire.OPENAI_CHAT;
    var body = WireFormat.of(wire).error(status, code, param.orElse(""), message);
    return new String(body, StandardCharsets.UTF_8);
  }

  /** The body as problem+json, RFC 9457. */
  String problem() {
    return "{\"type\":\"about:blank\",\"title\":\""
        + code
        + "\",\"status\":"
        + status
        + ",\"detail\":"
        + JsonWriter.quote(message)
        + "}";
  }
}

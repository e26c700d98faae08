package io.larder.api;

import io.larder.conversation.ConversationRefused;
import io.larder.inference.CallFailed;
import io.larder.inference.Crowded;
import io.larder.inference.LimitExceeded;
import io.larder.inference.LimitsUnavailable;
import io.larder.inference.ModelRefused;
import io.larder.inference.NotCached;
import io.larder.inference.ScopeRefused;
import io.larder.inference.TooSlow;
import io.larder.job.JobsBusy;
import io.larder.json.JsonWriter;
import io.larder.model.Wire;
import io.larder.provider.ProviderFailure;
import io.larder.provider.UnknownModel;
import io.larder.talk.AnswerBroken;
import io.larder.talk.AnswerFailed;
import io.larder.talk.AnswerUnstored;
import io.larder.talk.ProviderRefused;
import io.larder.valkey.ValkeyUnavailable;
import io.larder.wire.BadRequest;
import io.larder.wire.WireFormat;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.ws.rs.WebApplicationException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.eclipse.microprofile.faulttolerance.exceptions.BulkheadException;

/**
 * An error as callers see it. {@link #of} is the one table from what went wrong to status and code.
 *
 * @param status the HTTP status
 * @param code a stable word for programs
 * @param param the part of the request that is wrong, if it is one
 * @param message a sentence for people
 * @param limited what a limit has said, if it was one
 * @param turn of a conversation that was stored all the same, if one was
 */
record ApiError(
    int status,
    String code,
    Optional<String> param,
    String message,
    Optional<Limited> limited,
    Optional<String> turn) {
  private static final String QUOTA_EXCEEDED =
      "https://iana.org/assignments/http-problem-types#quota-exceeded";

  /**
   * A limit has refused.
   *
   * @param policy the name of ours that has; empty = it is the provider's own
   * @param ofTokens whether it counts tokens rather than requests
   */
  record Limited(Optional<String> policy, Duration retryAfter, boolean ofTokens) {}

  static ApiError of(Throwable failure) {
    return switch (failure) {
      case BadRequest bad -> of(400, "invalid_request", bad.param(), text(bad));
      case Refusal refusal -> of(refusal.status(), refusal.code(), text(refusal));
      case ValkeyUnavailable down ->
          of(503, "store_unavailable", "nothing was done: " + text(down));
      case JobsBusy busy -> of(503, "busy", text(busy));
      case BodyTooLarge large -> of(413, "request_too_large", text(large));
      case UnknownModel unknown -> of(404, "model_not_found", Optional.of("model"), text(unknown));
      case ModelRefused refused ->
          of(403, "model_not_allowed", Optional.of("model"), text(refused));
      case ScopeRefused refused ->
          of(403, "scope_refused", Optional.of("Larder-Cache"), text(refused));
      case ConversationRefused refused -> ofConversation(refused);
      case ProviderRefused refused ->
          new ApiError(
              refused.status(),
              "provider_refused",
              Optional.empty(),
              text(refused),
              refused.retryAfter().map(after -> new Limited(Optional.empty(), after, false)),
              Optional.empty());
      case AnswerFailed failed -> ofAnswer(failed);
      case AnswerUnstored unstored -> of(503, "store_unavailable", text(unstored));
      case AnswerBroken broken -> of(502, "provider_failed", text(broken));
      case LimitExceeded limit -> limited(limit);
      case LimitsUnavailable unknown -> of(503, "limits_unavailable", text(unknown));
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

  private static ApiError ofConversation(ConversationRefused refused) {
    return switch (refused.why()) {
      case ABSENT -> of(404, "not_found", text(refused));
      case WRONG -> of(400, "invalid_request", text(refused));
      case CHANGED -> of(412, "changed", text(refused));
      case FULL -> of(409, "conversation_full", text(refused));
      case TOO_MANY -> of(409, "too_many_conversations", text(refused));
      case TOO_LARGE -> of(413, "request_too_large", text(refused));
      case DIFFERS -> of(422, "idempotency_key_reused", text(refused));
      case UNREADABLE -> of(503, "unreadable", text(refused));
    };
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
    return of(status, code, Optional.empty(), message);
  }

  private static ApiError of(int status, String code, Optional<String> param, String message) {
    return new ApiError(status, code, param, message, Optional.empty(), Optional.empty());
  }

  private static ApiError limited(LimitExceeded limit) {
    return new ApiError(
        429,
        "rate_limit_exceeded",
        Optional.empty(),
        text(limit),
        Optional.of(
            new Limited(
                Optional.of(limit.policy().name()),
                limit.retryAfter(),
                limit.policy().unit().isTokens())),
        Optional.empty());
  }

  /** The error that made an answer fail, with its turn: something was done. */
  private static ApiError ofAnswer(AnswerFailed failed) {
    var why =
        failed.why() instanceof ValkeyUnavailable down
            ? of(503, "store_unavailable", "the answer has failed: " + text(down))
            : of(failed.why());
    return new ApiError(
        why.status(),
        why.code(),
        why.param(),
        why.message(),
        why.limited(),
        Optional.of(failed.turn()));
  }

  private static String text(Throwable failure) {
    return String.valueOf(failure.getMessage());
  }

  /** Whole seconds after which it is worth trying again; empty = it is not. */
  Optional<String> retryAfter() {
    return limited
        .map(limit -> String.valueOf(LimitHeaders.seconds(limit.retryAfter())))
        .or(() -> status == 503 ? Optional.of("1") : Optional.empty());
  }

  /** How to become known, for who is not; empty = that would not help. */
  Optional<String> challenge() {
    return status == 401 ? Optional.of("Bearer realm=\"larder\"") : Optional.empty();
  }

  /**
   * The body as clients of an endpoint expect it.
   *
   * @param path of the endpoint below {@code /v1}
   */
  String on(String path) {
    var endpoint = path.startsWith("/") ? path.substring(1) : path;
    var wire = endpoint.startsWith("messages") ? Wire.ANTHROPIC_MESSAGES : Wire.OPENAI_CHAT;
    var format = WireFormat.of(wire);
    var body =
        limited
            .map(limit -> format.limited(code, limit.ofTokens(), message))
            .orElseGet(() -> format.error(status, code, param.orElse(""), message));
    return new String(body, StandardCharsets.UTF_8);
  }

  /** Answers with it, where no JAX-RS resource has been reached. */
  void answer(HttpServletRequest request, HttpServletResponse response) throws IOException {
    var path = path(request);
    boolean inference = path.startsWith("/v1");
    response.setStatus(status);
    retryAfter().ifPresent(seconds -> response.setHeader("Retry-After", seconds));
    challenge().ifPresent(how -> response.setHeader("WWW-Authenticate", how));
    response.setContentType(inference ? "application/json" : "application/problem+json");
    response.getWriter().write(inference ? on(path.substring("/v1".length())) : problem());
  }

  /** The path asked for, as the client wrote it. */
  static String path(HttpServletRequest request) {
    return request.getRequestURI().substring(request.getContextPath().length());
  }

  private Optional<String> policy() {
    return limited.flatMap(Limited::policy);
  }

  /** The body as problem+json, RFC 9457; of limits as the draft of their header fields has it. */
  String problem() {
    return "{\"type\":\""
        + policy().map(policy -> QUOTA_EXCEEDED).orElse("about:blank")
        + "\",\"title\":\""
        + code
        + "\",\"status\":"
        + status
        + ",\"detail\":"
        + JsonWriter.quote(message)
        + policy()
            .map(policy -> ",\"violated-policies\":[" + JsonWriter.quote(policy) + "]")
            .orElse("")
        + turn.map(id -> ",\"turn\":" + JsonWriter.quote(id)).orElse("")
        + "}";
  }
}

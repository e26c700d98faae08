package io.larder.api;

import io.larder.access.Credentials;
import io.larder.access.Identity;
import io.larder.model.Caller;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Optional;
import java.util.Set;

/**
 * Tells who sends a request: first by a key in its header fields, then by its session. A key that is
 * good is let in at once, whatever else there is; one that is not is nobody's, even if the session
 * is somebody's.
 */
@ApplicationScoped
class Senders {
  static final String CSRF_FIELD = "X-CSRF-Token";
  private static final String BEARER = "Bearer ";

  private static final Set<String> SAFE = Set.of("GET", "HEAD", "OPTIONS", "TRACE");

  @Inject Credentials credentials;
  @Inject Sessions sessions;
  @Inject Strangers strangers;

  Sender of(HttpServletRequest request) {
    var key = key(request);
    if (key.isPresent()) {
      return ofKey(key.get(), request);
    }
    if (request.getHeader("Authorization") != null) {
      return refused(strangers.failed(request));
    }
    return sessions
        .find(request)
        .map(session -> ofSession(session, request))
        .orElseGet(() -> refused(Refusal.unauthorized()));
  }

  private Sender ofKey(String key, HttpServletRequest request) {
    return switch (credentials.identify(key)) {
      case Identity.Known(Caller caller) -> known(caller);
      case Identity.Unknown unknown -> refused(strangers.failed(request));
      case Identity.Unsure unsure -> refused(Refusal.unsure());
    };
  }

  private Sender ofSession(Sessions.Session session, HttpServletRequest request) {
    return switch (credentials.recall(session.mark())) {
      case Identity.Known(Caller caller) -> {
        var shown = Optional.ofNullable(request.getHeader(CSRF_FIELD)).orElse("");
        yield isSafe(request) || session.isShown(shown)
            ? new Sender.Known(caller, Optional.of(session.token()))
            : refused(Refusal.csrf());
      }
      case Identity.Unknown unknown -> {
        sessions.end(request);
        yield refused(Refusal.unauthorized());
      }
      case Identity.Unsure unsure -> refused(Refusal.unsure());
    };
  }

  private static boolean isSafe(HttpServletRequest request) {
    return SAFE.contains(request.getMethod());
  }

  private static Sender known(Caller caller) {
    return new Sender.Known(caller, Optional.empty());
  }

  private static Sender refused(RuntimeException why) {
    return new Sender.Refused(ApiError.of(why));
  }

  private static Optional<String> key(HttpServletRequest request) {
    var authorization = request.getHeader("Authorization");
    if (authorization != null && authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
      return Optional.of(authorization.substring(BEARER.length()).strip());
    }
    return Optional.ofNullable(request.getHeader("x-api-key")).map(String::strip);
  }
}

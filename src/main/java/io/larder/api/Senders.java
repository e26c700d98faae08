package io.larder.api;

import io.larder.access.BrowserSessions;
import io.larder.access.Credentials;
import io.larder.access.Identity;
import io.larder.inference.LimitExceeded;
import io.larder.inference.LimitsUnavailable;
import io.larder.model.Caller;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Tells who sends a request: first by a key in its header fields, then by what the server has
 * checked itself, then by its session. A key that is good is let in at once, whatever else there
 * is; one that is not is nobody's, even if the session is somebody's.
 */
@ApplicationScoped
class Senders {
  static final String CSRF_FIELD = "X-CSRF-Token";
  private static final String BEARER = "Bearer ";

  /** A JWT, signed or sealed; what has not this form is not shown to the server. */
  private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]*){2,4}");

  private static final Set<String> SAFE = Set.of("GET", "HEAD", "OPTIONS", "TRACE");

  @Inject Credentials credentials;
  @Inject Sessions sessions;
  @Inject BrowserSessions browsers;
  @Inject Strangers strangers;
  @Inject ApiSettings settings;

  Sender of(HttpServletRequest request, HttpServletResponse response)
      throws IOException, ServletException {
    var key = key(request);
    if (key.isPresent()) {
      return ofKey(key.get(), request, response);
    }
    if (request.getHeader("Authorization") != null) {
      return ofPassword(request, response);
    }
    var session = sessions.find(request);
    if (session.isPresent()) {
      return ofSession(session.get(), request);
    }
    return ServerUser.known(request)
        .map(user -> unlessForged(user, request))
        .orElseGet(() -> refused(Refusal.unauthorized()));
  }

  private Sender ofKey(String key, HttpServletRequest request, HttpServletResponse response)
      throws IOException, ServletException {
    return switch (credentials.identify(key)) {
      case Identity.Known(Caller caller) -> known(caller);
      case Identity.Unknown unknown -> {
        var user =
            isBearer(request) && TOKEN.matcher(key).matches()
                ? ServerUser.ofToken(request, response)
                : Optional.<Sender>empty();
        yield user.orElseGet(() -> refused(strangers.failed(request)));
      }
      case Identity.Unsure unsure -> refused(Refusal.unsure());
    };
  }

  /** Passwords can be guessed, other than keys: one from an address over its limit is not tried. */
  private Sender ofPassword(HttpServletRequest request, HttpServletResponse response)
      throws IOException, ServletException {
    try (var trial = strangers.trial(request)) {
      var user = ServerUser.ask(request, response);
      if (user.isEmpty()) {
        return refused(Refusal.unauthorized());
      }
      trial.succeeded();
      return unlessForged(user.get(), request);
    } catch (LimitExceeded | LimitsUnavailable notTried) {
      return refused(notTried);
    }
  }

  private Sender ofSession(Sessions.Session session, HttpServletRequest request) {
    return switch (credentials.recall(session.mark())) {
      case Identity.Known(Caller caller) ->
          switch (browsers.use(caller, session.id())) {
            case GOOD -> ofSession(session, caller, request);
            case OVER -> over(request);
            case UNSURE -> refused(Refusal.unsureOfSession());
          };
      case Identity.Unknown unknown -> over(request);
      case Identity.Unsure unsure -> refused(Refusal.unsure());
    };
  }

  private static Sender ofSession(
      Sessions.Session session, Caller caller, HttpServletRequest request) {
    var shown = Optional.ofNullable(request.getHeader(CSRF_FIELD)).orElse("");
    return isSafe(request) || session.isShown(shown)
        ? new Sender.Known(caller, Optional.of(session))
        : refused(Refusal.csrf());
  }

  private Sender over(HttpServletRequest request) {
    // what is left of it on its user's list, if it cannot be struck off, lets nobody in
    var unused = sessions.end(request);
    return refused(Refusal.unauthorized());
  }

  /** Browsers send passwords and the server's own cookies along with any page's requests. */
  private Sender unlessForged(Sender user, HttpServletRequest request) {
    boolean forged = !isSafe(request) && CrossSite.isFrom(request, settings.corsOrigins());
    return forged ? refused(Refusal.crossSite()) : user;
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

  /** The key that a request shows. */
  static Optional<String> key(HttpServletRequest request) {
    if (isBearer(request)) {
      return Optional.of(request.getHeader("Authorization").substring(BEARER.length()).strip());
    }
    return Optional.ofNullable(request.getHeader("x-api-key")).map(String::strip);
  }

  private static boolean isBearer(HttpServletRequest request) {
    var authorization = request.getHeader("Authorization");
    return authorization != null
        && authorization.regionMatches(true, 0, BEARER, 0, BEARER.length());
  }
}

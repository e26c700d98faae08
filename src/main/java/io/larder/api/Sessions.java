package io.larder.api;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Sessions of signed-in browsers, as the server keeps them. One holds the mark of a key, never the
 * key, so that it ends with the key; a token against forged requests; and when it began.
 *
 * <p>Only signing in makes a session. A request without the cookie neither makes nor looks for one.
 */
@ApplicationScoped
class Sessions {
  /** The attribute of a request by a session that holds its token. */
  static final String TOKEN = "session.token";

  private static final String MARK = "session.mark";
  private static final String BEGUN = "session.begun";
  private static final int TOKEN_BYTES = 32;
  private static final InstantSource CLOCK = InstantSource.system();

  private static final Logger LOG = System.getLogger(Sessions.class.getName());

  private final SecureRandom random = new SecureRandom();
  private final AtomicBoolean warned = new AtomicBoolean();

  @Inject ApiSettings settings;

  /**
   * What a session knows.
   *
   * @param mark of the key that began it
   * @param token that unsafe requests have to show
   */
  record Session(String mark, String token) {
    /** Whether what a request shows is the token; how long it takes tells nothing of it. */
    boolean isShown(String shown) {
      return MessageDigest.isEqual(
          token.getBytes(StandardCharsets.UTF_8), shown.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String toString() {
      return "Session[***]";
    }
  }

  /**
   * Begins a session in place of the one that the request may belong to, under a new id, so that
   * whoever planted an id in the browser has nothing of it.
   *
   * @return its token
   */
  String begin(HttpServletRequest request, String mark) {
    end(request);
    var bytes = new byte[TOKEN_BYTES];
    random.nextBytes(bytes);
    var token = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    var session = request.getSession(true);
    if (session.getId().equals(request.getRequestedSessionId())) {
      var unused = request.changeSessionId();
    }
    session.setMaxInactiveInterval(Math.toIntExact(settings.sessionIdle().toSeconds()));
    session.setAttribute(MARK, mark);
    session.setAttribute(TOKEN, token);
    session.setAttribute(BEGUN, CLOCK.millis());
    write(session);
    warnOfPlainCookie(request);
    return token;
  }

  /**
   * Writes the session to where all nodes find it. The server does so only after it has answered,
   * and the browser may come back at once, to another node.
   */
  private static void write(HttpSession session) {
    try {
      var unused =
          Class.forName("com.ibm.websphere.servlet.session.IBMSession")
              .getMethod("sync")
              .invoke(session);
    } catch (ReflectiveOperationException failed) {
      LOG.log(Level.WARNING, "a session is written after its answer: {0}", failed.toString());
    }
  }

  private void warnOfPlainCookie(HttpServletRequest request) {
    if (request.isSecure() && !settings.sessionSecure() && warned.compareAndSet(false, true)) {
      LOG.log(
          Level.WARNING,
          "browsers sign in over TLS: set larder.session.secure to true, so that they send the"
              + " session over TLS alone");
    }
  }

  /** The session that a request belongs to, unless it is over. */
  Optional<Session> find(HttpServletRequest request) {
    return Optional.ofNullable(request.getSession(false)).flatMap(this::read);
  }

  private Optional<Session> read(HttpSession session) {
    try {
      if (session.getAttribute(MARK) instanceof String mark
          && session.getAttribute(TOKEN) instanceof String token
          && session.getAttribute(BEGUN) instanceof Long begun) {
        if (!isOver(session, begun)) {
          return Optional.of(new Session(mark, token));
        }
        session.invalidate();
      }
      return Optional.empty();
    } catch (IllegalStateException ended) {
      // by another request, just now
      return Optional.empty();
    }
  }

  private boolean isOver(HttpSession session, long begun) {
    var now = CLOCK.instant();
    return isPast(settings.sessionMax(), begun, now)
        || isPast(settings.sessionIdle(), session.getLastAccessedTime(), now);
  }

  private static boolean isPast(Duration span, long sinceMillis, Instant now) {
    return !now.isBefore(Instant.ofEpochMilli(sinceMillis).plus(span));
  }

  /** Ends the session that a request belongs to, if there is one. */
  void end(HttpServletRequest request) {
    var session = request.getSession(false);
    if (session != null) {
      try {
        session.invalidate();
      } catch (IllegalStateException ended) {
        // by another request, just now: that was wanted
        return;
      }
    }
  }
}

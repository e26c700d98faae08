package io.larder.api;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

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

  /** As in web.xml. */
  private static final String COOKIE = "LARDERSESSION";

  private static final String MARK = "session.mark";
  private static final String BEGUN = "session.begun";
  private static final String TOKEN_OF = "larder csrf token of ";
  private static final InstantSource CLOCK = InstantSource.system();

  private static final Logger LOG = System.getLogger(Sessions.class.getName());

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
    var session = request.getSession(true);
    if (session.getId().equals(request.getRequestedSessionId())) {
      var unused = request.changeSessionId();
    }
    session.setMaxInactiveInterval(Math.toIntExact(settings.sessionIdle().toSeconds()));
    session.setAttribute(MARK, mark);
    session.setAttribute(BEGUN, CLOCK.millis());
    write(session);
    warnOfPlainCookie(request);
    return token(session);
  }

  /**
   * The token of a session. It is told from the session's id alone, which the store has only as a
   * digest: whoever reads the store has neither.
   */
  private static String token(HttpSession session) {
    try {
      var text = TOKEN_OF + session.getId();
      var hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every JDK has SHA-256", impossible);
    }
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
    return safely(() -> Optional.ofNullable(request.getSession(false)).flatMap(this::read));
  }

  /** What a session knows, unless it is over; of one that a request has had before. */
  Optional<Session> find(HttpSession session) {
    return safely(() -> read(session));
  }

  private static Optional<Session> safely(Supplier<Optional<Session>> look) {
    try {
      return look.get();
    } catch (IllegalStateException ended) {
      // by another request, just now
      return Optional.empty();
    } catch (RuntimeException damaged) {
      // whatever the server makes of bytes that no session has written: nobody is signed in by them
      LOG.log(Level.WARNING, "a session cannot be read: {0}", damaged.getClass().getName());
      return Optional.empty();
    }
  }

  private Optional<Session> read(HttpSession session) {
    if (session.getAttribute(MARK) instanceof String mark
        && session.getAttribute(BEGUN) instanceof Long begun) {
      if (!isOver(session, begun)) {
        return Optional.of(new Session(mark, token(session)));
      }
      session.invalidate();
    }
    return Optional.empty();
  }

  private boolean isOver(HttpSession session, long begun) {
    var now = CLOCK.instant();
    return isPast(settings.sessionMax(), begun, now)
        || isPast(settings.sessionIdle(), session.getLastAccessedTime(), now);
  }

  private static boolean isPast(Duration span, long sinceMillis, Instant now) {
    return !now.isBefore(Instant.ofEpochMilli(sinceMillis).plus(span));
  }

  /** Whether a request shows the cookie of a session, whoever's. */
  static boolean isCookieOf(HttpServletRequest request) {
    var cookies = request.getCookies();
    return cookies != null
        && Arrays.stream(cookies).anyMatch(cookie -> cookie.getName().equals(COOKIE));
  }

  /** Makes the browser forget its session. */
  void forget(HttpServletResponse response) {
    var cookie = new Cookie(COOKIE, "");
    cookie.setPath("/");
    cookie.setMaxAge(0);
    cookie.setHttpOnly(true);
    cookie.setSecure(settings.sessionSecure());
    cookie.setAttribute("SameSite", "Lax");
    response.addCookie(cookie);
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

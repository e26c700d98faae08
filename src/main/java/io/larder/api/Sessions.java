package io.larder.api;

import io.larder.access.BrowserSession;
import io.larder.access.BrowserSessions;
import io.larder.digest.Sha256;
import io.larder.model.Caller;
import io.larder.valkey.ValkeyUnavailable;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * Sessions of signed-in browsers, as the server keeps them. One holds the mark of a key, never the
 * key, so that it ends with the key; when it began; and its name among its user's {@link
 * BrowserSessions}, by which it can be ended without its cookie.
 *
 * <p>Only signing in makes a session. A request without the cookie neither makes nor looks for one.
 */
@ApplicationScoped
class Sessions {
  /** The attributes of a request by a session that hold its token, and its id on the list. */
  static final String TOKEN = "session.token";

  static final String ID = "session.id";

  /** As in web.xml. */
  private static final String COOKIE = "LARDERSESSION";

  private static final String MARK = "session.mark";
  private static final String BEGUN = "session.begun";

  /** Whose list of sessions it is on, and by what name. */
  private static final String OF = "session.of";

  private static final String BROWSER = "session.browser";
  private static final String TOKEN_OF = "larder csrf token of ";
  private static final InstantSource CLOCK = InstantSource.system();

  private static final Logger LOG = System.getLogger(Sessions.class.getName());

  private final AtomicBoolean warned = new AtomicBoolean();

  @Inject ApiSettings settings;
  @Inject BrowserSessions browsers;

  /**
   * What a session knows.
   *
   * @param mark of the key that began it
   * @param token that unsafe requests have to show
   * @param id on its user's list, no secret
   */
  record Session(String mark, String token, String id) {
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
   * @throws Refusal if the store does not keep it; there is none then
   */
  Session begin(
      HttpServletRequest request, HttpServletResponse response, Caller caller, String mark) {
    var unused = end(request);
    // first on the list: a store that is full says so before there is a cookie
    var browser = enlist(request, caller);
    var session = make(request);
    session.setAttribute(MARK, mark);
    session.setAttribute(BEGUN, CLOCK.millis());
    session.setAttribute(OF, caller.subject());
    session.setAttribute(BROWSER, browser.id());
    write(session);
    if (!isShared(request, session)) {
      session.invalidate();
      forget(response);
      if (!strike(caller.subject(), browser.id())) {
        LOG.log(Level.WARNING, "a session that was not kept stays on its user's list");
      }
      throw Refusal.unsureOfSignIn();
    }
    warnOfPlainCookie(request);
    return new Session(mark, token(session), browser.id());
  }

  private BrowserSession enlist(HttpServletRequest request, Caller caller) {
    var agent = Optional.ofNullable(request.getHeader("User-Agent")).orElse("");
    try {
      return browsers.begin(caller, request.getRemoteAddr(), agent, settings.sessionSpan());
    } catch (ValkeyUnavailable notKept) {
      throw Refusal.unsureOfSignIn();
    }
  }

  private HttpSession make(HttpServletRequest request) {
    var session = request.getSession(true);
    if (session.getId().equals(request.getRequestedSessionId())) {
      var unused = request.changeSessionId();
    }
    session.setMaxInactiveInterval(Math.toIntExact(settings.sessionIdle().toSeconds()));
    return session;
  }

  /** The server does not say whether it could write a session, so it is looked at in the store. */
  private boolean isShared(HttpServletRequest request, HttpSession session) {
    var context = request.getServletContext();
    var root = context.getContextPath().isEmpty() ? "/" : context.getContextPath();
    var application =
        URLEncoder.encode(context.getVirtualServerName() + root, StandardCharsets.UTF_8);
    try {
      return browsers.isShared(session.getId(), application, BROWSER);
    } catch (ValkeyUnavailable unknown) {
      return false;
    }
  }

  /** Takes a session off its user's list, and says whether that could be done. */
  private boolean strike(String subject, String id) {
    try {
      var unused = browsers.end(subject, id);
      return true;
    } catch (ValkeyUnavailable down) {
      return false;
    }
  }

  /** Tells what stands behind this filter by which session a request comes. */
  static void tell(Session session, HttpServletRequest request) {
    request.setAttribute(TOKEN, session.token());
    request.setAttribute(ID, session.id());
  }

  /**
   * The token of a session. It is told from the session's id alone, which the store has only as a
   * digest: whoever reads the store has neither.
   */
  private static String token(HttpSession session) {
    return Sha256.base64Url(TOKEN_OF + session.getId());
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
        && session.getAttribute(BROWSER) instanceof String id
        && session.getAttribute(BEGUN) instanceof Long begun) {
      if (!isOver(session, begun)) {
        return Optional.of(new Session(mark, token(session), id));
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

  /**
   * Ends the session that a request belongs to, if there is one.
   *
   * @return false if it stands on its user's list still, as the store gives no answer
   */
  boolean end(HttpServletRequest request) {
    var session = request.getSession(false);
    if (session == null) {
      return true;
    }
    try {
      var of = session.getAttribute(OF);
      var id = session.getAttribute(BROWSER);
      session.invalidate();
      return !(of instanceof String subject && id instanceof String name) || strike(subject, name);
    } catch (IllegalStateException ended) {
      // by another request, just now: that was wanted
      return true;
    }
  }
}

package io.larder.api;

import io.larder.access.Credentials;
import io.larder.cached.CurrentCaller;
import io.larder.model.Caller;
import jakarta.inject.Inject;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.security.Principal;
import java.util.Optional;

/**
 * Lets nobody below {@code /v1} and {@code /api} whom {@link Senders} does not know, and tells the
 * rest who the caller is. Mapped in web.xml, after {@link SecurityHeaders} and {@link CorsFilter}.
 */
public class KeyFilter extends HttpFilter {
  private static final long serialVersionUID = 1L;

  @Inject transient Senders senders;
  @Inject transient Sessions sessions;
  @Inject transient Credentials credentials;
  @Inject transient CurrentCaller current;

  @Override
  protected void doFilter(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    if (isSignIn(request)) {
      chain.doFilter(request, response);
      return;
    }
    switch (senders.of(request, response)) {
      case Sender.Known(Caller caller, Optional<Sessions.Session> session) -> {
        current.set(caller);
        session.ifPresent(one -> Sessions.tell(one, request));
        if (request.getMethod().equals("GET")) {
          // what one caller may see, no cache on the way may show to another
          response.setHeader("Cache-Control", "no-store");
        }
        chain.doFilter(new Identified(request, caller), response);
      }
      case Sender.Refused(ApiError error) -> refuse(error, request, response);
    }
  }

  /**
   * Whoever signs out is signed out in this browser at least: its cookie goes, whatever can be told
   * of its session. While the store gives no answer the session itself is still there, and that is
   * said. Without a readable session there is nothing to forge, so no token is asked for.
   */
  private void refuse(ApiError error, HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    if (!isSignOut(request) || error.status() == HttpServletResponse.SC_FORBIDDEN) {
      error.answer(request, response);
      return;
    }
    sessions.forget(response);
    if (error.status() == HttpServletResponse.SC_UNAUTHORIZED && credentials.isAnswering()) {
      response.setStatus(HttpServletResponse.SC_NO_CONTENT);
    } else {
      ApiError.of(Refusal.unsureOfSignOut()).answer(request, response);
    }
  }

  /** A browser that asks to sign out, which shows its cookie and nothing else. */
  private static boolean isSignOut(HttpServletRequest request) {
    return request.getMethod().equals("DELETE")
        && ApiError.path(request).equals("/api/session")
        && request.getHeader("Authorization") == null
        && request.getHeader("x-api-key") == null
        && Sessions.isCookieOf(request);
  }

  /** The one request that a stranger may send, written as it is and in no other way. */
  private static boolean isSignIn(HttpServletRequest request) {
    return request.getMethod().equals("POST") && ApiError.path(request).equals("/api/session");
  }

  /** A request whose caller is known. */
  private static final class Identified extends HttpServletRequestWrapper {
    private final Caller caller;

    Identified(HttpServletRequest request, Caller caller) {
      super(request);
      this.caller = caller;
    }

    @Override
    public Principal getUserPrincipal() {
      return caller;
    }

    @Override
    public String getRemoteUser() {
      return caller.id();
    }

    @Override
    public boolean isUserInRole(String role) {
      return caller.roles().contains(role);
    }
  }
}

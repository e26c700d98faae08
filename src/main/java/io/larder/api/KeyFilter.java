package io.larder.api;

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
      case Sender.Known(Caller caller, Optional<String> token) -> {
        current.set(caller);
        token.ifPresent(text -> request.setAttribute(Sessions.TOKEN, text));
        if (request.getMethod().equals("GET")) {
          // what one caller may see, no cache on the way may show to another
          response.setHeader("Cache-Control", "no-store");
        }
        chain.doFilter(new Identified(request, caller), response);
      }
      case Sender.Refused(ApiError error) -> error.answer(request, response);
    }
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

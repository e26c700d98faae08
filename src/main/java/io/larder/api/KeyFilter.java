package io.larder.api;

import io.larder.access.Credentials;
import io.larder.access.Identity;
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
 * Lets nobody below {@code /v1} and {@code /api} without a key, and tells the rest who the caller
 * is. Mapped in web.xml, after {@link SecurityHeaders}.
 */
public class KeyFilter extends HttpFilter {
  private static final long serialVersionUID = 1L;
  private static final String BEARER = "Bearer ";

  @Inject transient Credentials credentials;
  @Inject transient CurrentCaller current;

  @Override
  protected void doFilter(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    switch (key(request).map(credentials::identify).orElseGet(Identity.Unknown::new)) {
      case Identity.Known(Caller caller) -> {
        current.set(caller);
        if (request.getMethod().equals("GET")) {
          // what one caller may see, no cache on the way may show to another
          response.setHeader("Cache-Control", "no-store");
        }
        chain.doFilter(new Identified(request, caller), response);
      }
      case Identity.Unknown unknown -> {
        response.setHeader("WWW-Authenticate", "Bearer realm=\"larder\"");
        ApiError.unauthorized().answer(request, response);
      }
      case Identity.Unsure unsure -> {
        ApiError.unsure().answer(request, response);
      }
    }
  }

  private static Optional<String> key(HttpServletRequest request) {
    var authorization = request.getHeader("Authorization");
    if (authorization != null && authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
      return Optional.of(authorization.substring(BEARER.length()).strip());
    }
    return Optional.ofNullable(request.getHeader("x-api-key")).map(String::strip);
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

package io.larder.api;

import jakarta.inject.Inject;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Lets pages of the origins in {@code larder.api.cors-origins} call what is below {@code /v1} and
 * {@code /api}, with credentials, and read what Larder says in header fields. Without any, browsers
 * let only Larder's own page do that. Mapped in web.xml, after {@link SecurityHeaders}.
 *
 * @see <a href="https://fetch.spec.whatwg.org/#http-cors-protocol">Fetch, CORS protocol</a>
 */
public class CorsFilter extends HttpFilter {
  private static final long serialVersionUID = 1L;
  private static final String METHODS = "GET, POST, PUT, PATCH, DELETE";

  /** Names of header fields as a browser lists them, bounded since they are sent back. */
  private static final Pattern FIELDS = Pattern.compile("[A-Za-z0-9, _-]{1,2000}");

  /** Seconds for which a browser need not ask again. */
  private static final String PREFLIGHT_AGE = "600";

  private static final String EXPOSED = String.join(", ", exposed());

  @Inject transient ApiSettings settings;

  private static List<String> exposed() {
    var names =
        new ArrayList<>(
            List.of(
                "Age",
                "Cache-Status",
                "ETag",
                "Larder-Key",
                "Larder-Provider",
                "Larder-Stream",
                "RateLimit",
                "RateLimit-Policy",
                "Retry-After",
                "Server-Timing",
                "X-Cache",
                "request-id",
                "x-request-id"));
    for (var part : List.of("limit", "remaining", "reset")) {
      for (var unit : List.of("requests", "tokens")) {
        names.add("x-ratelimit-" + part + "-" + unit);
      }
      for (var unit : List.of("requests", "tokens", "input-tokens", "output-tokens")) {
        names.add("anthropic-ratelimit-" + unit + "-" + part);
      }
    }
    return names;
  }

  @Override
  protected void doFilter(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    if (settings.corsOrigins().isEmpty()) {
      chain.doFilter(request, response);
      return;
    }
    response.addHeader("Vary", "Origin");
    var origin =
        Optional.ofNullable(request.getHeader("Origin")).filter(settings.corsOrigins()::contains);
    if (origin.isPresent()) {
      response.setHeader("Access-Control-Allow-Origin", origin.get());
      response.setHeader("Access-Control-Allow-Credentials", "true");
      if (isPreflight(request)) {
        permit(request, response);
        return;
      }
      response.setHeader("Access-Control-Expose-Headers", EXPOSED);
    }
    chain.doFilter(request, new Varying(response));
  }

  private static boolean isPreflight(HttpServletRequest request) {
    return request.getMethod().equals("OPTIONS")
        && request.getHeader("Access-Control-Request-Method") != null;
  }

  /** Allows the fields asked for: clients of vendors send many of their own. */
  private static void permit(HttpServletRequest request, HttpServletResponse response) {
    response.addHeader("Vary", "Access-Control-Request-Headers");
    response.setHeader("Access-Control-Allow-Methods", METHODS);
    Optional.ofNullable(request.getHeader("Access-Control-Request-Headers"))
        .filter(fields -> FIELDS.matcher(fields).matches())
        .ifPresent(fields -> response.setHeader("Access-Control-Allow-Headers", fields));
    response.setHeader("Access-Control-Max-Age", PREFLIGHT_AGE);
    response.setStatus(HttpServletResponse.SC_NO_CONTENT);
  }

  /** A response that goes on saying what it varies by, whatever else it is told to say of that. */
  private static final class Varying extends HttpServletResponseWrapper {
    Varying(HttpServletResponse response) {
      super(response);
    }

    @Override
    public void setHeader(String name, String value) {
      if (name.equalsIgnoreCase("Vary")) {
        addHeader(name, value);
      } else {
        super.setHeader(name, value);
      }
    }
  }
}

package io.larder.api;

import io.larder.digest.Sha256;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.regex.Pattern;

/**
 * Tells browsers, on every answer, to trust nothing that is not Larder's own. The page's import map
 * has to stand in the page, so its hash is allowed, and nothing else inline.
 *
 * @see <a href="https://www.w3.org/TR/CSP3/">Content Security Policy, level 3</a>
 * @see <a href="https://www.rfc-editor.org/rfc/rfc6797">RFC 6797, Strict-Transport-Security</a>
 */
public class SecurityHeaders extends HttpFilter {
  private static final long serialVersionUID = 1L;
  private static final String PAGE = "/index.html";

  /** For a year from each answer; of this host alone, since others may not have TLS. */
  private static final String STRICT_TRANSPORT = "max-age=31536000";

  private static final Pattern IMPORT_MAP =
      Pattern.compile("<script type=\"importmap\">(.*?)</script>", Pattern.DOTALL);

  private String policy = "default-src 'none'";

  @Override
  public void init() throws ServletException {
    policy =
        "default-src 'self'; script-src 'self' "
            + importMapHash()
            + "; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
  }

  private String importMapHash() throws ServletException {
    try (var page = getServletContext().getResourceAsStream(PAGE)) {
      if (page == null) {
        throw new ServletException(PAGE + " is missing");
      }
      var map = IMPORT_MAP.matcher(new String(page.readAllBytes(), StandardCharsets.UTF_8));
      if (!map.find()) {
        throw new ServletException(PAGE + " has no import map");
      }
      return "'sha256-" + Base64.getEncoder().encodeToString(Sha256.of(map.group(1))) + "'";
    } catch (IOException failed) {
      throw new ServletException(failed);
    }
  }

  @Override
  protected void doFilter(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    response.setHeader("Content-Security-Policy", policy);
    response.setHeader("X-Content-Type-Options", "nosniff");
    response.setHeader("Referrer-Policy", "no-referrer");
    response.setHeader("Cross-Origin-Resource-Policy", "same-origin");
    if (request.isSecure()) {
      response.setHeader("Strict-Transport-Security", STRICT_TRANSPORT);
    }
    chain.doFilter(request, response);
  }
}

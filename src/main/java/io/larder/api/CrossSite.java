package io.larder.api;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tells requests that a page of another site has made a browser send, by what browsers say of where
 * a request comes from and pages cannot change. What says nothing is no browser.
 *
 * @see <a href="https://www.w3.org/TR/fetch-metadata/">Fetch Metadata Request Headers</a>
 */
final class CrossSite {
  private CrossSite() {}

  /**
   * Whether a request comes from another site.
   *
   * @param trusted origins whose pages may send it
   */
  static boolean isFrom(HttpServletRequest request, Set<String> trusted) {
    var origin = request.getHeader("Origin");
    if (origin != null && trusted.contains(origin)) {
      return false;
    }
    var site = request.getHeader("Sec-Fetch-Site");
    if (site != null) {
      return !site.equals("same-origin") && !site.equals("none");
    }
    // browsers tell the site to secure servers alone; a proxy may have taken TLS off, so the
    // scheme is not compared
    return origin != null && !isOf(request.getHeader("Host"), origin);
  }

  private static boolean isOf(@Nullable String host, String origin) {
    return origin.equalsIgnoreCase("https://" + host) || origin.equalsIgnoreCase("http://" + host);
  }
}

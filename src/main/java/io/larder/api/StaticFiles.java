package io.larder.api;

import io.larder.digest.Sha256;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;

/**
 * Gives the files of the page with an {@code ETag} of their content, and compressed to whoever
 * takes that. A file's date says nothing: builds are reproducible, so that it is the same in all of
 * them, and a browser would go on with the scripts of the version before.
 *
 * <p>Files with their version in the path never change and are asked for once; all others are asked
 * for each time, and mostly answered with 304.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2">RFC 9110, If-None-Match</a>
 */
public class StaticFiles extends HttpFilter {
  private static final long serialVersionUID = 1L;

  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "svg", "image/svg+xml");

  /** {@code webjars/NAME/VERSION/FILE}. */
  private static final String VERSIONED = "/webjars/";

  private static final String FOR_EVER = "public, max-age=31536000, immutable";
  private static final String EACH_TIME = "no-cache";

  private static final Pattern REFUSES_GZIP = Pattern.compile("gzip\\s*;\\s*q=0(\\.0*)?\\s*(,|$)");

  /** As many as the application has: what is not there is not kept. */
  private final transient Map<String, Kept> files = new ConcurrentHashMap<>();

  @SuppressWarnings("ArrayRecordComponent")
  private record Kept(byte[] plain, byte[] gzip, String type, String tag) {}

  @Override
  protected void doFilter(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    // the server's own way to serve files has the path behind an empty servlet's
    var path = request.getServletPath() + Objects.requireNonNullElse(request.getPathInfo(), "");
    var file = path.equals("/") || path.isEmpty() ? "/index.html" : path;
    var type = TYPES.get(file.substring(file.lastIndexOf('.') + 1));
    var method = request.getMethod();
    if (type == null || !(method.equals("GET") || method.equals("HEAD"))) {
      chain.doFilter(request, response);
      return;
    }
    var kept = file(file, type);
    if (kept.isPresent()) {
      give(kept.get(), file.startsWith(VERSIONED), request, response);
    } else {
      chain.doFilter(request, response);
    }
  }

  private static void give(
      Kept file, boolean versioned, HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    boolean zipped = takesGzip(request) && file.gzip().length < file.plain().length;
    // each representation has a tag of its own
    var tag = zipped ? file.tag() + "-gzip\"" : file.tag() + "\"";
    response.setHeader("ETag", tag);
    response.setHeader("Vary", "Accept-Encoding");
    response.setHeader("Cache-Control", versioned ? FOR_EVER : EACH_TIME);
    var seen = request.getHeader("If-None-Match");
    if (seen != null && (seen.trim().equals("*") || seen.contains(tag))) {
      response.setStatus(HttpServletResponse.SC_NOT_MODIFIED);
      return;
    }
    var body = zipped ? file.gzip() : file.plain();
    response.setContentType(file.type());
    response.setContentLength(body.length);
    if (zipped) {
      response.setHeader("Content-Encoding", "gzip");
    }
    if (request.getMethod().equals("GET")) {
      response.getOutputStream().write(body);
    }
  }

  private static boolean takesGzip(HttpServletRequest request) {
    var accepted = request.getHeader("Accept-Encoding");
    return accepted != null && accepted.contains("gzip") && !REFUSES_GZIP.matcher(accepted).find();
  }

  private Optional<Kept> file(String path, String type) throws IOException {
    var known = files.get(path);
    if (known != null) {
      return Optional.of(known);
    }
    if (path.contains("..") || path.startsWith("/WEB-INF/") || path.startsWith("/META-INF/")) {
      return Optional.empty();
    }
    try (var content = getServletContext().getResourceAsStream(path)) {
      if (content == null) {
        return Optional.empty();
      }
      var plain = content.readAllBytes();
      var kept = new Kept(plain, gzip(plain), type, "\"" + hash(plain));
      files.put(path, kept);
      return Optional.of(kept);
    }
  }

  private static byte[] gzip(byte[] plain) throws IOException {
    var zipped = new ByteArrayOutputStream();
    try (var zip = new GZIPOutputStream(zipped)) {
      zip.write(plain);
    }
    return zipped.toByteArray();
  }

  private static String hash(byte[] content) {
    return Sha256.base64Url(content).substring(0, 22);
  }
}

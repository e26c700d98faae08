package it;

import static it.Shared.LARDER;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How files of the page are served. */
final class StaticFilesIT {
  /** What a first visit may take, as it goes over the network. */
  private static final int FIRST_LOAD_BYTES_MAX = 250 * 1024;

  private static final Pattern IMPORT =
      Pattern.compile("(?:import|from)\\s*\\(?\"([^\"\\s{}]+)\"|(?:src|href)=\"([^\"\\s{}]+)\"");

  @ParameterizedTest
  @ValueSource(strings = {"/", "/index.html", "/style.css", "/context/api.js", "/icon.svg"})
  void file_isAskedForEachTimeAndComesOnce(String path) {
    var first = get(path);
    assertThat(first.statusCode()).isEqualTo(200);
    assertThat(header(first, "Cache-Control")).isEqualTo("no-cache");
    assertThat(header(first, "Vary")).isEqualTo("Accept-Encoding");
    assertThat(header(first, "Content-Security-Policy")).contains("default-src 'self'");
    var again = get(path, "If-None-Match", header(first, "ETag"));
    assertThat(again.statusCode()).isEqualTo(304);
    assertThat(again.body()).isEmpty();
    assertThat(header(again, "ETag")).isEqualTo(header(first, "ETag"));
    assertThat(get(path, "If-None-Match", "\"other\"").statusCode()).isEqualTo(200);
  }

  @Test
  void file_compressed_isTheSameWithATagOfItsOwn() throws IOException {
    var plain = get("/context/open-code-context.js");
    var zipped = get("/context/open-code-context.js", "Accept-Encoding", "br, gzip;q=0.8");
    assertThat(header(zipped, "Content-Encoding")).isEqualTo("gzip");
    assertThat(new GZIPInputStream(new ByteArrayInputStream(zipped.body())).readAllBytes())
        .isEqualTo(plain.body());
    assertThat(header(zipped, "ETag")).isNotEqualTo(header(plain, "ETag"));
    assertThat(header(get("/style.css", "Accept-Encoding", "gzip;q=0"), "Content-Encoding"))
        .isEmpty();
  }

  @Test
  void file_withItsVersionInThePath_isAskedForOnce() {
    assertThat(header(get("/webjars/lit/3.3.2/index.js"), "Cache-Control"))
        .isEqualTo("public, max-age=31536000, immutable");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/WEB-INF/web.xml",
        "/WEB-INF/../index.html/../WEB-INF/classes/x.js",
        "/nowhere.js",
        "/context/",
        "/%2e%2e/server.xml",
        "/context/..%2f..%2fWEB-INF%2fbeans.js",
        "/META-INF/maven/x.js"
      })
  void file_thatIsNone_isNotFound(String path) {
    assertThat(get(path).statusCode()).isIn(400, 403, 404);
  }

  /** The modules of a first visit, as the browser finds them, one after the other. */
  @Test
  void firstVisit_takesNoMoreThanItMay() throws IOException {
    var asked = new LinkedHashSet<String>(List.of("/"));
    var map = new String(get("/").body(), StandardCharsets.UTF_8);
    int bytes = 0;
    for (var waiting = new ArrayList<>(asked); !waiting.isEmpty(); ) {
      var path = waiting.removeFirst();
      var answer = get(path, "Accept-Encoding", "gzip");
      assertThat(answer.statusCode()).as(path).isEqualTo(200);
      bytes += answer.body().length;
      var text =
          header(answer, "Content-Encoding").isEmpty()
              ? answer.body()
              : new GZIPInputStream(new ByteArrayInputStream(answer.body())).readAllBytes();
      if (path.endsWith(".css")) {
        continue;
      }
      var imports = IMPORT.matcher(new String(text, StandardCharsets.UTF_8));
      while (imports.find()) {
        var found = imports.group(1) == null ? imports.group(2) : imports.group(1);
        resolve(path, found, map).filter(asked::add).ifPresent(waiting::add);
      }
    }
    System.getLogger(StaticFilesIT.class.getName())
        .log(System.Logger.Level.INFO, "first visit: {0} files, {1} bytes", asked.size(), bytes);
    assertThat(asked).hasSizeGreaterThan(20);
    assertThat(bytes).isLessThan(FIRST_LOAD_BYTES_MAX);
  }

  private static Optional<String> resolve(String from, String found, String map) {
    if (found.startsWith("#") || found.startsWith("http") || found.startsWith("data:")) {
      return Optional.empty();
    }
    if (!found.startsWith(".") && from.endsWith(".js")) {
      var named = Pattern.compile("\"" + Pattern.quote(found) + "\": \"\\.([^\"]+)\"").matcher(map);
      if (named.find()) {
        return Optional.of(named.group(1));
      }
      var folder = found.replaceFirst("^((?:@[^/]+/)?[^/]+/).*", "$1");
      var under =
          Pattern.compile("\"" + Pattern.quote(folder) + "\": \"\\.([^\"]+)\"").matcher(map);
      return under.find()
          ? Optional.of(under.group(1) + found.substring(folder.length()))
          : Optional.empty();
    }
    return Optional.of(LARDER.uri(from).resolve(found).getPath());
  }

  private static HttpResponse<byte[]> get(String path, String... headers) {
    var request = HttpRequest.newBuilder(LARDER.uri(path));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return LarderProcess.send(request.build());
  }

  private static String header(HttpResponse<?> answer, String name) {
    return answer.headers().firstValue(name).orElse("");
  }
}

package io.larder.api;

import io.larder.json.JsonWriter;
import io.larder.model.Caller;
import io.larder.setting.Live;
import jakarta.inject.Inject;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;

/**
 * Logs requests below {@code /v1} and {@code /api}, those that are refused included, if it is asked
 * for: a line of JSON when the response is complete. Never what was asked or answered, nor the
 * query, which may have words of it. Mapped in web.xml, before whatever may refuse.
 */
public class RequestLog extends HttpFilter {
  /** Attribute of a request: its {@link Caller}, once known. */
  static final String CALLER = "io.larder.caller";

  private static final long serialVersionUID = 1L;
  private static final Logger LOG = System.getLogger(RequestLog.class.getName());

  @Inject transient Live<RequestLogSettings> settings;

  @Override
  protected void doFilter(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    var wanted = settings.get();
    if (wanted.which() == RequestLogSettings.Which.OFF) {
      chain.doFilter(request, response);
      return;
    }
    var begun = Instant.now();
    long startNanos = System.nanoTime();
    UntilComplete.goOn(
        request,
        response,
        chain,
        () -> {
          var time = Duration.ofNanos(System.nanoTime() - startNanos);
          if (wanted.concerns(time)) {
            LOG.log(Level.INFO, line(begun, time, request, response));
          }
        });
  }

  private static String line(
      Instant begun, Duration time, HttpServletRequest request, HttpServletResponse response) {
    var line = new StringBuilder(256);
    member(line, "time", begun.toString());
    member(line, "method", request.getMethod());
    member(line, "path", request.getRequestURI());
    line.append(",\"status\":").append(response.getStatus());
    line.append(",\"ms\":").append(time.toMillis());
    if (request.getAttribute(CALLER) instanceof Caller caller) {
      member(line, "caller", caller.id());
      member(line, "tenant", caller.tenant());
    }
    header(line, "cache", response, "X-Cache");
    header(line, "key", response, "Larder-Key");
    header(line, "provider", response, "Larder-Provider");
    return line.append('}').toString();
  }

  private static void header(
      StringBuilder line, String name, HttpServletResponse response, String header) {
    var value = response.getHeader(header);
    if (value != null) {
      member(line, name, value);
    }
  }

  private static void member(StringBuilder line, String name, String value) {
    line.append(line.isEmpty() ? '{' : ',');
    line.append('"').append(name).append("\":").append(JsonWriter.quote(value));
  }
}

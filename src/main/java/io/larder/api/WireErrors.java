package io.larder.api;

import io.larder.inference.LimitExceeded;
import io.larder.inference.NotCached;
import io.larder.model.Header;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/** Errors below {@code /v1}, in the shape of the endpoint's wire format. */
@Provider
public class WireErrors implements ExceptionMapper<Throwable> {
  private static final Logger LOG = System.getLogger(WireErrors.class.getName());

  @Context UriInfo uri;
  @Context HttpServletResponse servlet;

  @Override
  public Response toResponse(Throwable failure) {
    var error = ApiError.of(failure);
    if (error.status() == 500) {
      LOG.log(Level.ERROR, "request failed", failure);
    }
    var response =
        Response.status(error.status())
            .type(MediaType.APPLICATION_JSON_TYPE)
            .entity(error.on(uri.getPath()));
    error.retryAfter().ifPresent(seconds -> response.header("Retry-After", seconds));
    if (failure instanceof LimitExceeded limit) {
      LimitHeaders.ofRefusal(limit)
          .forEach(header -> response.header(header.name(), joined(header)));
    }
    if (failure instanceof NotCached absent) {
      CacheHeaders.add(response, absent.status());
    }
    return response.build();
  }

  /** A field whose list goes on from what was told when the request came in. */
  private String joined(Header header) {
    var told = servlet.getHeader(header.name());
    return told == null ? header.value() : told + ", " + header.value();
  }
}

package io.larder.api;

import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/** Errors below {@code /api}, as problem+json (RFC 9457). */
@Provider
public class ProblemErrors implements ExceptionMapper<Throwable> {
  private static final Logger LOG = System.getLogger(ProblemErrors.class.getName());

  @Override
  public Response toResponse(Throwable failure) {
    var error = ApiError.of(failure);
    if (error.status() == 500) {
      LOG.log(Level.ERROR, "request failed", failure);
    }
    var response =
        Response.status(error.status()).type("application/problem+json").entity(error.problem());
    error.retryAfter().ifPresent(seconds -> response.header("Retry-After", seconds));
    error.challenge().ifPresent(how -> response.header("WWW-Authenticate", how));
    return response.build();
  }
}

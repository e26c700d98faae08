package io.larder.api;

import io.larder.inference.NotCached;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/** Errors below {@code /v1}, in the shape of the OpenAI wire. */
@Provider
public class OpenAiErrors implements ExceptionMapper<Throwable> {
  private static final Logger LOG = System.getLogger(OpenAiErrors.class.getName());

  @Override
  public Response toResponse(Throwable failure) {
    var error = ApiError.of(failure);
    if (error.status() == 500) {
      LOG.log(Level.ERROR, "request failed", failure);
    }
    var response =
        Response.status(error.status())
            .type(MediaType.APPLICATION_JSON_TYPE)
            .entity(error.openAi());
    if (error.isPassing()) {
      response.header("Retry-After", "1");
    }
    if (failure instanceof NotCached absent) {
      CacheHeaders.add(response, absent.status());
    }
    return response.build();
  }
}

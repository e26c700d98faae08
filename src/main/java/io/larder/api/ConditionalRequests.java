package io.larder.api;

import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ContainerResponseFilter;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.Provider;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Answers {@code If-None-Match} with 304 where the caller has the entity already (RFC 9110, section
 * 13.1.2). Not by {@code Request.evaluatePreconditions}: in Liberty that compares strongly, and
 * proxies that compress make tags weak.
 */
@Provider
public class ConditionalRequests implements ContainerResponseFilter {
  private static final Set<String> SAFE = Set.of("GET", "HEAD");
  private static final Pattern TAG = Pattern.compile("(?:W/)?\"([^\"]*)\"");

  @Override
  public void filter(ContainerRequestContext request, ContainerResponseContext response) {
    var tag = response.getEntityTag();
    var known = request.getHeaderString(HttpHeaders.IF_NONE_MATCH);
    if (response.getStatus() == Response.Status.OK.getStatusCode()
        && tag != null
        && known != null
        && SAFE.contains(request.getMethod())
        && names(known, tag.getValue())) {
      response.setStatus(Response.Status.NOT_MODIFIED.getStatusCode());
      response.setEntity(null);
      response.getHeaders().remove(HttpHeaders.CONTENT_TYPE);
      response.getHeaders().remove(HttpHeaders.CONTENT_LENGTH);
    }
  }

  static boolean names(String known, String tag) {
    return known.strip().equals("*")
        || TAG.matcher(known).results().anyMatch(one -> one.group(1).equals(tag));
  }
}

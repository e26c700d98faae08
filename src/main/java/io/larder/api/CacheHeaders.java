package io.larder.api;

import io.larder.inference.CacheStatus;
import jakarta.ws.rs.core.Response.ResponseBuilder;
import java.time.Duration;
import java.util.Locale;

/**
 * Says in header fields what the cache did: RFC 9211, RFC 9111 and, for people, {@code X-Cache}.
 */
final class CacheHeaders {
  private static final String NAME = "larder";

  private CacheHeaders() {}

  static void add(ResponseBuilder response, CacheStatus status) {
    response.header("Larder-Key", status.key().hex());
    response.header("Cache-Status", status(status));
    response.header("X-Cache", status.word());
    switch (status) {
      case CacheStatus.Hit hit -> {
        response.header("Age", hit.age().toSeconds());
        response.header("Server-Timing", saved(hit.providerTime()));
      }
      case CacheStatus.Stale stale -> {
        response.header("Age", stale.age().toSeconds());
        response.header("Server-Timing", saved(stale.providerTime()));
      }
      case CacheStatus.Miss miss -> {}
      case CacheStatus.Collapsed collapsed -> {}
      case CacheStatus.Bypass bypass -> {}
    }
  }

  /** W3C Server Timing: what the provider took when it was asked, which the cache saved. */
  private static String saved(Duration providerTime) {
    return String.format(Locale.ROOT, "provider;dur=%d;desc=\"saved\"", providerTime.toMillis());
  }

  private static String status(CacheStatus status) {
    return switch (status) {
      case CacheStatus.Hit hit ->
          NAME + "; hit; ttl=" + hit.left().toSeconds() + "; key=\"" + hit.key().hex() + "\"";
      case CacheStatus.Stale stale ->
          NAME
              + "; fwd=stale; ttl=-"
              + stale.past().toSeconds()
              + "; detail="
              + stale.detail()
              + "; key=\""
              + stale.key().hex()
              + "\"";
      case CacheStatus.Miss miss ->
          NAME
              + "; fwd="
              + miss.forward()
              + (miss.stored() ? "; stored" : "")
              + (miss.detail().isEmpty() ? "" : "; detail=" + miss.detail());
      case CacheStatus.Collapsed collapsed -> NAME + "; fwd=" + collapsed.forward() + "; collapsed";
      case CacheStatus.Bypass bypass -> NAME + "; fwd=bypass; detail=" + bypass.detail();
    };
  }
}

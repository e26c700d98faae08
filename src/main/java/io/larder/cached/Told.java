package io.larder.cached;

import io.larder.digest.Sha256;
import jakarta.ws.rs.core.EntityTag;
import jakarta.ws.rs.core.Response.ResponseBuilder;
import java.time.Duration;

/**
 * Tells in a Response's header fields what the cache did (RFC 9211, RFC 9111).
 *
 * <p>Never {@code public}: whoever calls is identified, and a cache on the way would hand the
 * answer to strangers. {@code Vary} keeps a browser from handing one caller's answer to the next.
 */
final class Told {
  private static final String NAME = "larder";
  private static final String CREDENTIALS = "Authorization, x-api-key, Cookie";

  private Told() {}

  static void add(ResponseBuilder builder, Snapshot snapshot, Origin origin) {
    if (snapshot.status() == 200 && snapshot.hasEntity() && !snapshot.has("ETag")) {
      builder.tag(new EntityTag(Sha256.hex(snapshot.entity())));
    }
    switch (origin) {
      case Origin.Hit(Duration age, Duration left) -> {
        builder.header("Age", age.toSeconds());
        builder.header("Cache-Status", NAME + "; hit; ttl=" + left.toSeconds());
        fresh(builder, snapshot, left);
      }
      case Origin.Called(String forward, Duration left) -> {
        var stored = left.isPositive() ? "; stored" : "";
        builder.header("Cache-Status", NAME + "; fwd=" + forward + stored);
        fresh(builder, snapshot, left);
      }
      case Origin.Collapsed(Duration left) -> {
        builder.header("Cache-Status", NAME + "; fwd=uri-miss; collapsed");
        fresh(builder, snapshot, left);
      }
    }
  }

  private static void fresh(ResponseBuilder builder, Snapshot snapshot, Duration left) {
    if (left.isPositive()) {
      builder.header("Vary", CREDENTIALS);
      if (!snapshot.has("Cache-Control")) {
        builder.header("Cache-Control", "private, max-age=" + left.toSeconds());
      }
    }
  }
}

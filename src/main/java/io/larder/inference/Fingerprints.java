package io.larder.inference;

import io.larder.cache.CacheSettings.Scope;
import io.larder.digest.Sha256;
import io.larder.model.Caller;
import io.larder.model.Fingerprint;
import io.larder.model.Wire;
import io.larder.provider.Providers.Route;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Names answers: SHA-256 over format version, scope, wire, provider, model and the canonical form
 * (RFC 8785) of the request's body. Each part is preceded by its length, so no two lists of parts
 * read the same.
 */
final class Fingerprints {
  /** Changes with every change to what goes in; old entries are then found no more. */
  private static final String FORMAT = "1";

  private Fingerprints() {}

  /**
   * Names the answer to a request.
   *
   * @param namespace the part of the cache that it is in, if it is set apart
   * @param canonical what of the request the answer depends on
   */
  static Fingerprint of(
      Scope scope,
      Optional<String> namespace,
      Caller caller,
      Wire wire,
      Route route,
      String canonical) {
    var digest = Sha256.start();
    add(digest, FORMAT);
    add(digest, scope.name());
    add(digest, scope == Scope.GLOBAL ? "" : caller.tenant());
    add(digest, scope == Scope.USER ? caller.id() : "");
    add(digest, wire.id());
    add(digest, route.provider().name());
    add(digest, route.model());
    add(digest, canonical);
    namespace.ifPresent(name -> add(digest, name));
    return new Fingerprint(HexFormat.of().formatHex(digest.digest()));
  }

  private static void add(MessageDigest digest, String part) {
    var bytes = part.getBytes(StandardCharsets.UTF_8);
    digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
    digest.update(bytes);
  }
}

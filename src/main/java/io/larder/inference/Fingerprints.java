package io.larder.inference;

import io.larder.cache.CacheSettings.Scope;
import io.larder.json.Json;
import io.larder.json.JsonWriter;
import io.larder.model.Caller;
import io.larder.model.Fingerprint;
import io.larder.model.Wire;
import io.larder.provider.Providers.Route;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;

/**
 * Names answers: SHA-256 over format version, scope, wire, provider, model and the canonical form
 * (RFC 8785) of the request's body. Each part is preceded by its length, so no two lists of parts
 * read the same.
 */
final class Fingerprints {
  /** Changes with every change to what goes in; old entries are then found no more. */
  private static final String FORMAT = "1";

  /**
   * Members of a request that do not change the answer's content: how it is delivered, who asks,
   * and hints for the vendor's own bookkeeping. The model goes in by its name at the provider.
   */
  private static final Set<String> OMITTED =
      Set.of(
          "model",
          "stream",
          "stream_options",
          "user",
          "metadata",
          "store",
          "background",
          "safety_identifier",
          "prompt_cache_key",
          "prompt_cache_retention");

  private Fingerprints() {}

  /**
   * Names the answer to a request.
   *
   * @param namespace the part of the cache that it is in, if it is set apart
   */
  static Fingerprint of(
      Scope scope,
      Optional<String> namespace,
      Caller caller,
      Wire wire,
      Route route,
      Json.Obj request) {
    var digest = sha256();
    add(digest, FORMAT);
    add(digest, scope.name());
    add(digest, scope == Scope.GLOBAL ? "" : caller.tenant());
    add(digest, scope == Scope.USER ? caller.id() : "");
    add(digest, wire.id());
    add(digest, route.provider().name());
    add(digest, route.model());
    add(digest, JsonWriter.canonical(request, OMITTED));
    namespace.ifPresent(name -> add(digest, name));
    return new Fingerprint(HexFormat.of().formatHex(digest.digest()));
  }

  private static void add(MessageDigest digest, String part) {
    var bytes = part.getBytes(StandardCharsets.UTF_8);
    digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
    digest.update(bytes);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every JDK has SHA-256", impossible);
    }
  }
}

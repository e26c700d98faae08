package io.larder.access;

import io.larder.model.Caller;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;
import java.util.Set;

/** Tells who presents a key. So far one key is known: the administrator's. */
public final class Credentials {
  private static final Caller ADMIN = new Caller("admin", "default", Set.of("user", "admin"));

  private final byte[] adminKeyHash;

  Credentials(AccessSettings settings) {
    this.adminKeyHash = sha256(settings.adminKey());
  }

  /**
   * Who bears that key, unless nobody does. Hashes are compared, in constant time, so that how long
   * it takes tells nothing of the key, not even its length.
   */
  public Optional<Caller> identify(String key) {
    return MessageDigest.isEqual(adminKeyHash, sha256(key)) ? Optional.of(ADMIN) : Optional.empty();
  }

  /** In whose name Larder does what the operator has configured. */
  public Caller administrator() {
    return ADMIN;
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every JDK has SHA-256", impossible);
    }
  }
}

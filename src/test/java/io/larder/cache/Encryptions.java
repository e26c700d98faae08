package io.larder.cache;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** Keys as tests want them. */
public final class Encryptions {
  private Encryptions() {}

  /** With a key that nobody else has. */
  public static Optional<Encryption> random() {
    var key = new byte[32];
    new SecureRandom().nextBytes(key);
    return Encryption.of("key", List.of(Base64.getEncoder().encodeToString(key)));
  }
}

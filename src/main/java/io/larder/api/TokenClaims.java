package io.larder.api;

import java.security.Principal;
import java.util.Optional;
import org.eclipse.microprofile.jwt.JsonWebToken;

/** Claims of a JWT that the server has checked. To be loaded only where the server has mpJwt. */
final class TokenClaims {
  private static final String TENANT = "tenant";

  private TokenClaims() {}

  /** Whether somebody is known by a token. */
  static boolean isToken(Principal who) {
    return who instanceof JsonWebToken;
  }

  /** The tenant that a token names; empty = it names none, or it is no token. */
  static Optional<String> tenant(Principal who) {
    return who instanceof JsonWebToken token
        ? token.claim(TENANT).map(String::valueOf)
        : Optional.empty();
  }
}

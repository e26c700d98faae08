package io.larder.api;

import io.larder.access.Wish;
import io.larder.model.Caller;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.security.Principal;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Users that the server itself knows, where the operator has configured that in server.xml: bearers
 * of a JWT (mpJwt), users of a registry. Otherwise there are none.
 */
final class ServerUser {
  private static final String TOKEN_TYPE = "org.eclipse.microprofile.jwt.JsonWebToken";

  /** Whether the server has mpJwt; without, not even the type of tokens is there. */
  private static final boolean TOKENS = isThere(TOKEN_TYPE);

  private static final String TENANT = "default";

  private ServerUser() {}

  private static boolean isThere(String type) {
    try {
      var unused = Class.forName(type, false, ServerUser.class.getClassLoader());
      return true;
    } catch (ClassNotFoundException absent) {
      return false;
    }
  }

  /** The user whom the server has recognised by itself, such as by a cookie of its own. */
  static Optional<Sender> known(HttpServletRequest request) {
    return Optional.ofNullable(request.getUserPrincipal()).map(who -> sender(who, request));
  }

  /**
   * The user whom the server recognises when it is told to check the request's credentials; at once
   * the one whom it has recognised by itself.
   */
  static Optional<Sender> ask(HttpServletRequest request, HttpServletResponse response)
      throws IOException, ServletException {
    boolean good = request.authenticate(new Unspoken(response));
    return good ? known(request) : Optional.empty();
  }

  /**
   * The bearer of the token in the request's {@code Authorization: Bearer}; nobody whom the server
   * knows by something else, such as a password beside it.
   */
  static Optional<Sender> ofToken(HttpServletRequest request, HttpServletResponse response)
      throws IOException, ServletException {
    if (request.getUserPrincipal() == null && !request.authenticate(new Unspoken(response))) {
      return Optional.empty();
    }
    var who = request.getUserPrincipal();
    return who != null && TOKENS && TokenClaims.isToken(who)
        ? Optional.of(sender(who, request))
        : Optional.empty();
  }

  private static Sender sender(Principal who, HttpServletRequest request) {
    var name = who.getName();
    var tenant = TOKENS ? TokenClaims.tenant(who).orElse(TENANT) : TENANT;
    if (!Wish.isName(name) || !Wish.isName(tenant)) {
      return refused(Refusal.unfitName());
    }
    var roles = roles(request);
    return roles.isEmpty()
        ? refused(Refusal.forbidden(List.of("user", "admin")))
        : new Sender.Known(new Caller(name, tenant, roles), Optional.empty());
  }

  /** Whoever is an administrator is a user too. */
  private static Set<String> roles(HttpServletRequest request) {
    if (request.isUserInRole("admin")) {
      return Set.of("user", "admin");
    }
    return request.isUserInRole("user") ? Set.of("user") : Set.of();
  }

  private static Sender refused(Refusal why) {
    return new Sender.Refused(ApiError.of(why));
  }
}

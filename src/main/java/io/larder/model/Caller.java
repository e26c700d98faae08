package io.larder.model;

import java.security.Principal;
import java.util.Set;

/**
 * Who asks.
 *
 * @param id the user, unique in the tenant
 * @param tenant whom the user belongs to
 * @param roles {@code user} and, for operators, {@code admin}
 */
public record Caller(String id, String tenant, Set<String> roles) implements Principal {
  public Caller {
    roles = Set.copyOf(roles);
  }

  @Override
  public String getName() {
    return id;
  }
}

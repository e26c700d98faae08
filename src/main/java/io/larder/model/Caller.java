package io.larder.model;

import java.security.Principal;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * Who asks.
 *
 * @param id the user, unique in the tenant
 * @param tenant whom the user belongs to; holds no {@code /}
 * @param roles {@code user} and, for operators, {@code admin}
 * @param limits what the caller's key may have, beside what the user may; empty = as much as the
 *     user
 * @param grant what of the inference the caller's key gives
 * @param expires when the caller's key is good no more; empty = it does not expire
 */
public record Caller(
    String id,
    String tenant,
    Set<String> roles,
    Optional<KeyLimits> limits,
    Grant grant,
    Optional<Instant> expires)
    implements Principal {
  /**
   * Limits of a key.
   *
   * @param policies as written, not empty
   * @param family the keys that share what is left of them
   */
  public record KeyLimits(String policies, String family) {}

  public Caller {
    if (tenant.contains("/")) {
      throw new IllegalArgumentException("a tenant holds no /, was " + tenant);
    }
    roles = Set.copyOf(roles);
  }

  /** Somebody without limits of their own who may ask for all, for good. */
  public Caller(String id, String tenant, Set<String> roles) {
    this(id, tenant, roles, Optional.empty(), Grant.ALL, Optional.empty());
  }

  /** Whether the caller may do what operators do. */
  public boolean isAdmin() {
    return roles.contains("admin");
  }

  /** Names the user among the users of all tenants: {@code tenant/id}. */
  public String subject() {
    return subject(tenant, id);
  }

  /** The name that a user of a tenant has among the users of all. */
  public static String subject(String tenant, String id) {
    return tenant + "/" + id;
  }

  @Override
  public String getName() {
    return id;
  }
}

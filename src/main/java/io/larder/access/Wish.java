package io.larder.access;

import io.larder.model.Grant;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * What a new key is wanted to be like; what is left empty is as the caller is.
 *
 * @param owner 1 to 128 letters, digits and {@code . _ @ : | + ~ = -}
 * @param tenant the same
 * @param roles {@code user}, {@code admin}; whoever is an administrator is a user too
 * @param limits policies, at most {@value #LIMITS_LENGTH_MAX} characters; empty text = none
 * @param grant at most {@value #MODELS_MAX} globs of 1 to {@value #MODEL_LENGTH_MAX} printable
 *     ASCII characters without spaces; scopes are {@code user}, {@code tenant}, {@code global}, and
 *     whoever shares with some may also keep answers to oneself
 */
public record Wish(
    Optional<String> owner,
    Optional<String> tenant,
    Set<String> roles,
    Optional<String> limits,
    Grant grant,
    Optional<Instant> expires) {
  /** Characters of a key's limits. */
  public static final int LIMITS_LENGTH_MAX = 1024;

  /** Globs of models that one key has. */
  public static final int MODELS_MAX = 32;

  /** Characters of a glob. */
  public static final int MODEL_LENGTH_MAX = 128;

  private static final Pattern MODEL = Pattern.compile("[!-~]{1," + MODEL_LENGTH_MAX + "}");
  private static final Set<String> SCOPES = Set.of("user", "tenant", "global");
  private static final Set<String> ROLES = Set.of("user", "admin");
  // no slash, which parts tenant and user, and none of what patterns and hash tags are made of
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._@:|+~=-]{1,128}");

  public Wish {
    owner.ifPresent(name -> check("owner", name));
    tenant.ifPresent(name -> check("tenant", name));
    roles = Set.copyOf(roles);
    if (!ROLES.containsAll(roles)) {
      throw new IllegalArgumentException("roles must be user, admin, was " + shown(roles));
    }
    limits.ifPresent(
        text -> {
          if (text.length() > LIMITS_LENGTH_MAX) {
            throw new IllegalArgumentException(
                "limits must be at most "
                    + LIMITS_LENGTH_MAX
                    + " characters, was "
                    + text.length());
          }
        });
    grant = checked(grant);
  }

  private static Grant checked(Grant grant) {
    var models = grant.modelTexts();
    if (models.size() > MODELS_MAX) {
      throw new IllegalArgumentException(
          "models must be at most " + MODELS_MAX + ", was " + models.size());
    }
    for (var glob : models) {
      if (!MODEL.matcher(glob).matches()) {
        throw new IllegalArgumentException(
            "models must be 1 to "
                + MODEL_LENGTH_MAX
                + " printable ASCII characters without spaces each, was "
                + shown(glob));
      }
    }
    if (!SCOPES.containsAll(grant.scopes())) {
      throw new IllegalArgumentException(
          "scopes must be user, tenant, global, was " + shown(new TreeSet<>(grant.scopes())));
    }
    if (grant.scopes().isEmpty()) {
      return grant;
    }
    var scopes = new TreeSet<>(grant.scopes());
    scopes.add("user");
    return new Grant(grant.models(), scopes);
  }

  /**
   * Checks the name of a user or a tenant.
   *
   * @param what it names, for the message
   * @throws IllegalArgumentException if it is none
   */
  public static void check(String what, String name) {
    if (!isName(name)) {
      throw new IllegalArgumentException(
          what + " must be 1 to 128 letters, digits and ._@:|+~=- , was " + shown(name));
    }
  }

  /** Whether users and tenants may be called that. */
  public static boolean isName(String name) {
    return NAME.matcher(name).matches();
  }

  private static String shown(Object found) {
    var text = found.toString();
    return text.length() <= 200 ? text : text.length() + " characters";
  }
}

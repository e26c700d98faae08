package io.larder.access;

import io.larder.model.Caller;
import io.larder.model.Caller.KeyLimits;
import io.larder.model.Grant;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * What Larder knows of a key that it has made; never the key itself.
 *
 * @param id random, tells nothing of the key
 * @param hash the key's SHA-256 as 64 hexadecimal digits, by which it is found
 * @param owner the user who bears it
 * @param tenant whom the user belongs to
 * @param roles what the bearer may do
 * @param limits what bearers may have, beside what the owner may; empty = as much as the owner
 * @param grant what of the inference it gives
 * @param expires when it is good no more; empty = not before {@link #LIFE_MAX}
 */
public record ApiKey(
    String id,
    String hash,
    String owner,
    String tenant,
    Set<String> roles,
    Optional<KeyLimits> limits,
    Grant grant,
    Instant created,
    Optional<Instant> expires) {
  /** Nothing is stored for ever: a key that does not expire is forgotten after that time. */
  static final Duration LIFE_MAX = Duration.ofDays(3653);

  /** Keys that one owner has at once, so that a list of them is bounded. */
  static final int PER_OWNER_MAX = 100;

  public ApiKey {
    roles = Set.copyOf(roles);
  }

  /** Whom the bearer is taken for. */
  Caller caller() {
    return new Caller(owner, tenant, roles, limits, grant, expires);
  }

  /** Names the owner among the users of all tenants. */
  String subject() {
    return Caller.subject(tenant, owner);
  }

  boolean isOf(Caller caller) {
    return subject().equals(caller.subject());
  }

  /** When nothing is known of it any more. */
  Instant end() {
    return expires.orElseGet(() -> created.plus(LIFE_MAX));
  }

  boolean isOver(Instant now) {
    return !now.isBefore(end());
  }

  /** The same key, which expires then if it does not sooner. */
  ApiKey until(Instant latest) {
    var sooner = end().isBefore(latest) ? end() : latest;
    return new ApiKey(id, hash, owner, tenant, roles, limits, grant, created, Optional.of(sooner));
  }

  @Override
  public String toString() {
    return "ApiKey[id=" + id + ", of=" + subject() + "]";
  }
}

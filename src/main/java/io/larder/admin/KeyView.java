package io.larder.admin;

import io.larder.access.ApiKey;
import io.larder.access.Keys;
import io.larder.model.Caller.KeyLimits;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A key as callers see it, which is never the key itself.
 *
 * @param used when it was last presented, to a minute or two
 */
public record KeyView(
    String id,
    String owner,
    String tenant,
    List<String> roles,
    String limits,
    String created,
    Optional<String> expires,
    Optional<String> used) {
  public KeyView {
    roles = List.copyOf(roles);
  }

  static KeyView of(Keys.Listed listed) {
    return of(listed.key(), listed.used());
  }

  static KeyView of(ApiKey key, Optional<Instant> used) {
    return new KeyView(
        key.id(),
        key.owner(),
        key.tenant(),
        key.roles().stream().sorted().toList(),
        key.limits().map(KeyLimits::policies).orElse(""),
        key.created().toString(),
        key.expires().map(Instant::toString),
        used.map(Instant::toString));
  }
}

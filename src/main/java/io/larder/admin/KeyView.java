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
 * @param models globs of those that its bearer may ask; none = all
 * @param scopes with whom its bearer may share answers; none = with all with whom the user may
 * @param used when it was last presented, to a minute or two
 */
public record KeyView(
    String id,
    String owner,
    String tenant,
    List<String> roles,
    String limits,
    List<String> models,
    List<String> scopes,
    String created,
    Optional<String> expires,
    Optional<String> used) {
  public KeyView {
    roles = List.copyOf(roles);
    models = List.copyOf(models);
    scopes = List.copyOf(scopes);
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
        key.grant().modelTexts(),
        key.grant().scopes().stream().sorted().toList(),
        key.created().toString(),
        key.expires().map(Instant::toString),
        used.map(Instant::toString));
  }
}

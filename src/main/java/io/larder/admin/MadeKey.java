package io.larder.admin;

import io.larder.access.Making;
import io.larder.api.Refusal;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Optional;

/**
 * A key that was just made, and for the only time the key itself.
 *
 * @param key what its bearer presents
 */
public record MadeKey(
    String id,
    String key,
    String owner,
    String tenant,
    List<String> roles,
    String limits,
    List<String> models,
    List<String> scopes,
    String created,
    Optional<String> expires) {
  public MadeKey {
    roles = List.copyOf(roles);
    models = List.copyOf(models);
    scopes = List.copyOf(scopes);
  }

  /**
   * 201 with the key.
   *
   * @throws Refusal if there is none
   */
  static Response answer(Making making) {
    return switch (making) {
      case Making.Made made ->
          Response.status(Response.Status.CREATED)
              .header(HttpHeaders.CACHE_CONTROL, "no-store")
              .entity(of(made))
              .build();
      case Making.Wrong(String why) -> throw Refusal.badRequest(why);
      case Making.Denied denied -> throw Refusal.forbidden(List.of("admin"));
      case Making.Absent absent -> throw Refusal.notFound("key of this id");
      case Making.Full(int most) ->
          throw Refusal.conflict(
              "too_many_keys", "the owner has " + most + " keys, the most there may be");
    };
  }

  private static MadeKey of(Making.Made made) {
    var view = KeyView.of(made.key(), Optional.empty());
    return new MadeKey(
        view.id(),
        made.secret().text(),
        view.owner(),
        view.tenant(),
        view.roles(),
        view.limits(),
        view.models(),
        view.scopes(),
        view.created(),
        view.expires());
  }

  @Override
  public String toString() {
    return "MadeKey[id=" + id + ", key=***]";
  }
}

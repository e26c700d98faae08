package io.larder.admin;

import io.larder.access.Wish;
import io.larder.api.Refusal;
import io.larder.cache.Label;
import io.larder.model.Caller;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Labels as callers name them. */
final class Labels {
  /** What a caller's tag may be long; nothing longer was ever filed. */
  private static final int TAG_BYTES_MAX = 128;

  private static final int OTHER_BYTES_MAX = 1024;

  private Labels() {}

  /**
   * A label.
   *
   * @throws Refusal if its name is too short or too long
   */
  static Label of(Label.Kind kind, String name) {
    int bytes = name.getBytes(StandardCharsets.UTF_8).length;
    boolean callers = kind == Label.Kind.TAG || kind == Label.Kind.NAMESPACE;
    int most = callers ? TAG_BYTES_MAX : OTHER_BYTES_MAX;
    if (name.isBlank() || bytes > most) {
      throw Refusal.badRequest(
          kind.name().toLowerCase(Locale.ROOT) + " must be 1 to " + most + " bytes, was " + bytes);
    }
    return new Label(kind, name);
  }

  /**
   * The label of a user.
   *
   * @throws Refusal if the name of the user or the tenant is none
   */
  static Label user(String tenant, String user) {
    try {
      Wish.check("user", user);
      Wish.check("tenant", tenant);
    } catch (IllegalArgumentException wrong) {
      throw Refusal.badRequest(String.valueOf(wrong.getMessage()));
    }
    return new Label(Label.Kind.USER, Caller.subject(tenant, user));
  }
}

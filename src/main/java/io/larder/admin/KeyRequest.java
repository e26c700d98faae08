package io.larder.admin;

import io.larder.access.Wish;
import io.larder.api.Refusal;
import io.larder.json.Json;
import io.larder.json.JsonException;
import io.larder.json.JsonText;
import io.larder.json.JsonWriter;
import io.larder.model.Grant;
import io.larder.ratelimit.Policies;
import java.io.IOException;
import java.io.InputStream;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** A body that asks for a key. What it does not say is left to whoever makes the key. */
final class KeyRequest {
  static final int BODY_BYTES_MAX = 16 * 1024;
  private static final int SHOWN_MAX = 200;

  private static final Duration OVERLAP = Duration.ofHours(1);
  private static final Set<String> WISH =
      Set.of("owner", "tenant", "roles", "limits", "models", "scopes", "expires");
  private static final String MODELS = "an array of globs such as \"openai/*\"";
  private static final String SCOPES = "an array of user, tenant, global";
  private static final Set<String> ROTATION = Set.of("overlap");

  private final Json.Obj object;

  private KeyRequest(Json.Obj object) {
    this.object = object;
  }

  /**
   * Reads what a key is to be like.
   *
   * @throws Refusal naming the member that is wrong
   */
  static Wish wish(InputStream body) throws IOException {
    var request = read(body, WISH);
    try {
      return new Wish(
          request.text("owner"),
          request.text("tenant"),
          request.texts("roles", "an array of user, admin").orElse(Set.of()),
          request.limits(),
          request.grant(),
          request.time("expires", "a time such as 2030-01-31T00:00:00Z", Instant::parse));
    } catch (IllegalArgumentException wrong) {
      throw Refusal.badRequest(String.valueOf(wrong.getMessage()));
    }
  }

  /**
   * Reads how long the old key is to be good; without a body an hour.
   *
   * @throws Refusal if it is wrong
   */
  static Duration overlap(InputStream body) throws IOException {
    return read(body, ROTATION)
        .time("overlap", "a time such as PT1H", Duration::parse)
        .orElse(OVERLAP);
  }

  private static KeyRequest read(InputStream body, Set<String> members) throws IOException {
    var bytes = body.readNBytes(BODY_BYTES_MAX + 1);
    if (bytes.length > BODY_BYTES_MAX) {
      throw Refusal.tooLarge(BODY_BYTES_MAX);
    }
    if (bytes.length == 0) {
      return new KeyRequest(new Json.Obj(List.of()));
    }
    Json.Obj object;
    try {
      object = JsonText.parse(bytes).object();
    } catch (JsonException malformed) {
      throw Refusal.badRequest(String.valueOf(malformed.getMessage()));
    }
    for (var member : object.members()) {
      if (!members.contains(member.name())) {
        throw Refusal.badRequest(
            "the members are "
                + members.stream().sorted().collect(Collectors.joining(", "))
                + ", found "
                + shown(new Json.Str(member.name())));
      }
    }
    return new KeyRequest(object);
  }

  private Optional<String> text(String name) {
    if (!object.has(name)) {
      return Optional.empty();
    }
    return Optional.of(object.text(name).orElseThrow(() -> wrong(name, "a string")));
  }

  /** Policies, as in {@code larder.limits.user}. */
  private Optional<String> limits() {
    var limits = text("limits").map(text -> text.strip().equals("none") ? "" : text.strip());
    try {
      limits
          .filter(text -> text.length() <= Wish.LIMITS_LENGTH_MAX)
          .ifPresent(text -> Policies.ofKey("", text));
    } catch (Policies.Malformed mistake) {
      throw Refusal.badRequest("limits must be policies, " + mistake.getMessage());
    }
    return limits;
  }

  /** An array that allows nothing would make a key for nothing: rather a mistake than a wish. */
  private Grant grant() {
    var models = texts("models", MODELS);
    var scopes = texts("scopes", SCOPES);
    if (models.filter(Set::isEmpty).isPresent()) {
      throw wrong("models", MODELS);
    }
    if (scopes.filter(Set::isEmpty).isPresent()) {
      throw wrong("scopes", SCOPES);
    }
    return Grant.of(models.orElse(Set.of()), scopes.orElse(Set.of()));
  }

  /** The strings of an array, each once, in their order; empty = there is no such member. */
  private Optional<Set<String>> texts(String name, String form) {
    if (!object.has(name)) {
      return Optional.empty();
    }
    if (!(object.get(name).orElseThrow() instanceof Json.Arr(List<Json> items))) {
      throw wrong(name, form);
    }
    var texts = new LinkedHashSet<String>();
    for (var item : items) {
      texts.add(item.asText().orElseThrow(() -> wrong(name, form)));
    }
    return Optional.of(texts);
  }

  private <T> Optional<T> time(String name, String form, Function<String, T> parser) {
    try {
      return text(name).map(parser);
    } catch (DateTimeException malformed) {
      throw wrong(name, form);
    }
  }

  private Refusal wrong(String name, String range) {
    var found = object.get(name).map(KeyRequest::shown).orElse("nothing");
    return Refusal.badRequest(name + " must be " + range + ", was " + found);
  }

  private static String shown(Json value) {
    var text = JsonWriter.compact(value);
    return text.length() <= SHOWN_MAX ? text : text.length() + " characters";
  }
}

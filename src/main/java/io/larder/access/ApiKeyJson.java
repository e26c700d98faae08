package io.larder.access;

import io.larder.json.Json;
import io.larder.json.JsonText;
import io.larder.json.JsonWriter;
import io.larder.model.Caller.KeyLimits;
import io.larder.model.Grant;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A key as it is stored: JSON, with the version of this format. A key that gives less than all is
 * of a later one, so that a node that does not know of grants does not give all for it.
 */
final class ApiKeyJson {
  private static final long WITHOUT_GRANT = 1;
  private static final long WITH_GRANT = 2;
  private static final Set<Long> FORMATS = Set.of(WITHOUT_GRANT, WITH_GRANT);

  private ApiKeyJson() {}

  static byte[] write(ApiKey key) {
    var json =
        "{\"format\":"
            + (key.grant().equals(Grant.ALL) ? WITHOUT_GRANT : WITH_GRANT)
            + ",\"id\":"
            + JsonWriter.quote(key.id())
            + ",\"owner\":"
            + JsonWriter.quote(key.owner())
            + ",\"tenant\":"
            + JsonWriter.quote(key.tenant())
            + ",\"roles\":"
            + array(key.roles().stream().sorted())
            + key.limits().map(ApiKeyJson::limits).orElse("")
            + list("models", key.grant().modelTexts())
            + list("scopes", key.grant().scopes().stream().sorted().toList())
            + ",\"created\":\""
            + key.created()
            + "\""
            + key.expires().map(expires -> ",\"expires\":\"" + expires + "\"").orElse("")
            + "}";
    return json.getBytes(StandardCharsets.UTF_8);
  }

  private static String list(String name, List<String> texts) {
    return texts.isEmpty() ? "" : ",\"" + name + "\":" + array(texts.stream());
  }

  private static String array(Stream<String> texts) {
    return texts.map(JsonWriter::quote).collect(Collectors.joining(",", "[", "]"));
  }

  private static String limits(KeyLimits limits) {
    return ",\"limits\":"
        + JsonWriter.quote(limits.policies())
        + ",\"family\":"
        + JsonWriter.quote(limits.family());
  }

  /** The key, unless it is of another format or damaged. */
  static Optional<ApiKey> read(String hash, byte[] json) {
    try {
      var object = JsonText.parse(json).object();
      if (!FORMATS.contains(object.number("format"))) {
        return Optional.empty();
      }
      return Optional.of(
          new ApiKey(
              object.text("id").orElseThrow(),
              hash,
              object.text("owner").orElseThrow(),
              object.text("tenant").orElseThrow(),
              Set.copyOf(texts(object, "roles")),
              object
                  .text("limits")
                  .map(text -> new KeyLimits(text, object.text("family").orElseThrow())),
              Grant.of(texts(object, "models"), Set.copyOf(texts(object, "scopes"))),
              Instant.parse(object.text("created").orElseThrow()),
              object.text("expires").map(Instant::parse)));
    } catch (RuntimeException damaged) {
      return Optional.empty();
    }
  }

  /** A damaged member is no reason to give more than was meant. */
  private static List<String> texts(Json.Obj object, String name) {
    if (object.has(name) && !(object.get(name).orElseThrow() instanceof Json.Arr)) {
      throw new IllegalArgumentException(name + " is no array");
    }
    return object.items(name).stream().map(item -> item.asText().orElseThrow()).toList();
  }
}

package io.larder.access;

import io.larder.json.Json;
import io.larder.json.JsonText;
import io.larder.json.JsonWriter;
import io.larder.model.Caller.KeyLimits;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Collectors;

/** A key as it is stored: JSON, with the version of this format. */
final class ApiKeyJson {
  private static final long FORMAT = 1;

  private ApiKeyJson() {}

  static byte[] write(ApiKey key) {
    var json =
        "{\"format\":"
            + FORMAT
            + ",\"id\":"
            + JsonWriter.quote(key.id())
            + ",\"owner\":"
            + JsonWriter.quote(key.owner())
            + ",\"tenant\":"
            + JsonWriter.quote(key.tenant())
            + ",\"roles\":"
            + key.roles().stream()
                .sorted()
                .map(JsonWriter::quote)
                .collect(Collectors.joining(",", "[", "]"))
            + key.limits().map(ApiKeyJson::limits).orElse("")
            + ",\"created\":\""
            + key.created()
            + "\""
            + key.expires().map(expires -> ",\"expires\":\"" + expires + "\"").orElse("")
            + "}";
    return json.getBytes(StandardCharsets.UTF_8);
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
      if (object.number("format") != FORMAT) {
        return Optional.empty();
      }
      return Optional.of(
          new ApiKey(
              object.text("id").orElseThrow(),
              hash,
              object.text("owner").orElseThrow(),
              object.text("tenant").orElseThrow(),
              object.items("roles").stream()
                  .map(Json::asText)
                  .flatMap(Optional::stream)
                  .collect(Collectors.toSet()),
              object
                  .text("limits")
                  .map(text -> new KeyLimits(text, object.text("family").orElseThrow())),
              Instant.parse(object.text("created").orElseThrow()),
              object.text("expires").map(Instant::parse)));
    } catch (RuntimeException damaged) {
      return Optional.empty();
    }
  }
}

package io.larder.admin;

import io.larder.api.Refusal;
import io.larder.cache.Cache;
import io.larder.cache.Kept;
import io.larder.cache.Label;
import io.larder.json.Json;
import io.larder.json.JsonException;
import io.larder.json.JsonText;
import io.larder.json.JsonWriter;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.stream.Collectors;

/** An entry on its way out of a cache or into one: a line of JSON. */
final class Exported {
  private static final int LABELS_MAX = 40;

  private final String name;
  private final List<Label> labels;
  private final Instant storedAt;
  private final Instant expiresAt;
  private final byte[] value;

  private Exported(
      String name, List<Label> labels, Instant storedAt, Instant expiresAt, byte[] value) {
    this.name = name;
    this.labels = labels;
    this.storedAt = storedAt;
    this.expiresAt = expiresAt;
    this.value = value;
  }

  /** An entry as a line, its end included. */
  static String line(String name, Kept kept) {
    return "{\"key\":"
        + JsonWriter.quote(name)
        + ",\"labels\":"
        + kept.labels().stream()
            .map(Label::toString)
            .map(JsonWriter::quote)
            .collect(Collectors.joining(",", "[", "]"))
        + ",\"storedAt\":\""
        + kept.storedAt()
        + "\",\"expiresAt\":\""
        + kept.storedAt().plus(kept.retention().ttl())
        + "\",\"value\":\""
        + Base64.getEncoder().encodeToString(kept.value())
        + "\"}\n";
  }

  /**
   * Reads all lines; blank ones are left out.
   *
   * @throws Refusal naming the first line that is wrong
   */
  static List<Exported> parse(String lines) {
    var entries = new ArrayList<Exported>();
    int number = 0;
    for (var text : lines.split("\\R", -1)) {
      number++;
      if (!text.isBlank()) {
        try {
          entries.add(read(text));
        } catch (JsonException | IllegalArgumentException | NoSuchElementException wrong) {
          throw Refusal.badRequest(
              "line " + number + " is no exported entry: " + wrong.getMessage());
        } catch (DateTimeException wrong) {
          throw Refusal.badRequest("line " + number + " has a malformed time");
        }
      }
    }
    return entries;
  }

  private static Exported read(String text) {
    var object = JsonText.parse(text.getBytes(StandardCharsets.UTF_8)).object();
    var labels =
        object.items("labels").stream()
            .map(Json::asText)
            .flatMap(Optional::stream)
            .map(Label::parse)
            .toList();
    if (labels.size() > LABELS_MAX) {
      throw new IllegalArgumentException("at most " + LABELS_MAX + " labels");
    }
    if (labels.stream().noneMatch(label -> label.kind() == Label.Kind.TYPE)) {
      throw new IllegalArgumentException("labels must tell the type");
    }
    return new Exported(
        member(object, "key"),
        labels,
        Instant.parse(member(object, "storedAt")),
        Instant.parse(member(object, "expiresAt")),
        Base64.getDecoder().decode(member(object, "value")));
  }

  private static String member(Json.Obj object, String name) {
    return object
        .text(name)
        .orElseThrow(() -> new IllegalArgumentException("there is no text member " + name));
  }

  String name() {
    return name;
  }

  /** Puts the entry into a cache, if it is good still and no other one is there. */
  boolean keepIn(Cache cache) {
    return cache.entries().restore(name, labels, storedAt, expiresAt, value);
  }
}

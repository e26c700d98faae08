package io.larder.admin;

import io.larder.cache.Label;
import io.larder.cache.Listed;
import java.util.List;
import java.util.Optional;

/**
 * An entry as callers see it.
 *
 * @param bytes what it takes where it is stored
 */
public record EntryView(
    String key,
    Optional<String> type,
    Optional<String> model,
    Optional<String> provider,
    Optional<String> user,
    Optional<String> namespace,
    List<String> tags,
    String storedAt,
    String expiresAt,
    long bytes) {
  public EntryView {
    tags = List.copyOf(tags);
  }

  static EntryView of(Listed entry) {
    return new EntryView(
        entry.name(),
        first(entry, Label.Kind.TYPE),
        first(entry, Label.Kind.MODEL),
        first(entry, Label.Kind.PROVIDER),
        first(entry, Label.Kind.USER),
        first(entry, Label.Kind.NAMESPACE),
        names(entry, Label.Kind.TAG),
        entry.storedAt().toString(),
        entry.storedAt().plus(entry.ttl()).toString(),
        entry.bytes());
  }

  private static Optional<String> first(Listed entry, Label.Kind kind) {
    return names(entry, kind).stream().findFirst();
  }

  private static List<String> names(Listed entry, Label.Kind kind) {
    return entry.labels().stream().filter(label -> label.kind() == kind).map(Label::name).toList();
  }
}

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
    Optional<String> tenant,
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
        subject(entry).map(name -> name.substring(name.indexOf('/') + 1)),
        subject(entry).map(name -> name.substring(0, Math.max(0, name.indexOf('/')))),
        first(entry, Label.Kind.NAMESPACE),
        names(entry, Label.Kind.TAG),
        entry.storedAt().toString(),
        entry.storedAt().plus(entry.ttl()).toString(),
        entry.bytes());
  }

  /** Tenant and user, who was first to ask. */
  private static Optional<String> subject(Listed entry) {
    return first(entry, Label.Kind.USER);
  }

  private static Optional<String> first(Listed entry, Label.Kind kind) {
    return names(entry, kind).stream().findFirst();
  }

  private static List<String> names(Listed entry, Label.Kind kind) {
    return entry.labels().stream().filter(label -> label.kind() == kind).map(Label::name).toList();
  }
}

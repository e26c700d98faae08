package io.larder.cache;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * What is known of a value without reading it.
 *
 * @param name the key's name
 * @param ttl how long it is fresh from {@code storedAt} on
 * @param bytes what it takes where it is stored
 */
public record Listed(String name, List<Label> labels, Instant storedAt, Duration ttl, long bytes) {
  public Listed {
    labels = List.copyOf(labels);
  }

  /**
   * Some values.
   *
   * @param next the cursor for the next page; empty = this was the last
   */
  public record Page(List<Listed> entries, String next) {
    public Page {
      entries = List.copyOf(entries);
    }
  }
}

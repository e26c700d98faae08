package io.larder.conversation;

import java.time.Instant;
import java.util.List;

/**
 * What a list of conversations shows.
 *
 * @param id random, 24 hexadecimal digits
 * @param version grows with each change
 * @param turns how many there are, on all branches
 * @param leaf the last turn of the current branch; empty = there is none yet
 */
public record Head(
    String id,
    String title,
    List<String> tags,
    Instant created,
    Instant updated,
    long version,
    long turns,
    String leaf) {
  public Head {
    tags = List.copyOf(tags);
  }
}

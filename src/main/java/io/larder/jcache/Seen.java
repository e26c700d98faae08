package io.larder.jcache;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What was seen of a hash at one moment. */
final class Seen {
  /** A hash that is not there. */
  static final Seen NOTHING = new Seen(Map.of(), true);

  private final Map<String, byte[]> fields;
  private final boolean whole;

  /**
   * What was seen.
   *
   * @param whole whether the hash has no other fields
   */
  Seen(Map<String, byte[]> fields, boolean whole) {
    this.fields = Map.copyOf(fields);
    this.whole = whole;
  }

  /** The bytes of a field; null = it is not there, or was not looked at. */
  byte @Nullable [] field(String name) {
    return fields.get(name);
  }

  /** Whether it is known what a field has, if only that it is not there. */
  boolean knows(String name) {
    return whole || fields.containsKey(name);
  }

  /** The same after a change. */
  Seen with(Place place, byte[] value, Map<String, byte[]> parts) {
    var changed = new HashMap<>(fields);
    changed.put(place.field(), value);
    changed.putAll(parts);
    changed.values().removeIf(bytes -> bytes.length == 0);
    return new Seen(changed, whole);
  }
}

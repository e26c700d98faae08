package io.larder.jcache;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Entries in this node's memory: what is used where no Valkey is configured, and the obvious
 * version of what the scripts do.
 */
final class MemoryEntries implements Entries {
  /** Hashes kept; beyond, those go that would expire first. */
  static final int HASHES_MAX = 100_000;

  private final Map<String, Hash> hashes = new HashMap<>();
  private final LongSupplier millis;

  /**
   * A hash at one moment; never changed.
   *
   * @param end when it expires, in ms of the clock
   */
  private record Hash(Map<String, byte[]> fields, long end) {}

  /**
   * No entries.
   *
   * @param millis a monotonic clock in ms
   */
  MemoryEntries(LongSupplier millis) {
    this.millis = millis;
  }

  @Override
  public synchronized byte @Nullable [] get(Place place) {
    var hash = living(place.key());
    return hash == null ? null : hash.fields().get(place.field());
  }

  @Override
  public synchronized Seen look(String key) {
    var hash = living(key);
    return hash == null ? Seen.NOTHING : new Seen(hash.fields(), true);
  }

  @Override
  public synchronized Change.Outcome change(Place place, Change change) {
    var hash = living(place.key());
    var before = hash == null ? null : hash.fields().get(place.field());
    boolean possible =
        change.admits(before)
            && (place.role() == Place.Role.HEAD || hash != null)
            && (before != null || !(change.removes() || change.createdMillis() == 0));
    if (possible) {
      var changed = changed(place, change, hash, before != null);
      if (changed == null) {
        hashes.remove(place.key());
      } else {
        hashes.put(place.key(), changed);
        makeRoom();
      }
    }
    return new Change.Outcome(possible, before);
  }

  private @Nullable Hash changed(
      Place place, Change change, @Nullable Hash hash, boolean wasThere) {
    var value = change.value();
    long ttl = wasThere ? change.updatedMillis() : change.createdMillis();
    if (value == null ? place.role() == Place.Role.HEAD : ttl == 0) {
      return null;
    }
    var fields = new HashMap<String, byte[]>(hash == null ? Map.of() : hash.fields());
    if (value == null) {
      fields.remove(place.field());
    } else {
      fields.put(place.field(), value);
    }
    change
        .parts()
        .forEach(
            (field, bytes) -> {
              if (bytes.length == 0) {
                fields.remove(field);
              } else {
                fields.put(field, bytes);
              }
            });
    return new Hash(fields, ttl > 0 || hash == null ? millis.getAsLong() + ttl : hash.end());
  }

  private @Nullable Hash living(String key) {
    var hash = hashes.get(key);
    return hash == null || hash.end() <= millis.getAsLong() ? null : hash;
  }

  private void makeRoom() {
    if (hashes.size() > HASHES_MAX) {
      // a tenth at once, so that it is rarely done
      hashes.entrySet().stream()
          .sorted(Comparator.comparingLong(entry -> entry.getValue().end()))
          .limit(HASHES_MAX / 10)
          .map(Map.Entry::getKey)
          .toList()
          .forEach(hashes::remove);
    }
  }

  @Override
  public synchronized void expire(Place place, long ttl) {
    var hash = living(place.key());
    if (hash != null) {
      hashes.put(place.key(), new Hash(hash.fields(), millis.getAsLong() + ttl));
    }
  }

  @Override
  public synchronized Page page(String pattern, String cursor) {
    var form = Pattern.compile(regex(pattern));
    long now = millis.getAsLong();
    hashes.values().removeIf(hash -> hash.end() <= now);
    return new Page(
        hashes.keySet().stream().filter(key -> form.matcher(key).matches()).toList(), "");
  }

  /** Only what our own patterns have: stars, and other characters escaped by a backslash. */
  private static String regex(String glob) {
    return List.of(glob.split("(?<!\\\\)\\*", -1)).stream()
        .map(part -> Pattern.quote(part.replaceAll("\\\\(.)", "$1")))
        .collect(Collectors.joining(".*"));
  }

  @Override
  public synchronized void close() {
    hashes.clear();
  }
}

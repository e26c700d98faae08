package io.larder.jcache;

import io.larder.valkey.Script;
import io.larder.valkey.Valkey;
import io.larder.valkey.ValkeyUnavailable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import javax.cache.CacheException;
import org.jspecify.annotations.Nullable;

/**
 * Entries in Valkey, shared by nodes.
 *
 * <p>Storage:
 *
 * <pre>
 * EVALSHA get 1 key …       HGET                         to read one entry
 * EVALSHA look 1 key …      HLEN, HKEYS, HSTRLEN, HGETALL to read a session and what it has
 * EVALSHA change 1 key …    HGET, HSET or HDEL, PEXPIRE to change; a whole hash goes by UNLINK
 * EVALSHA expire 1 key ms   PEXPIRE                      to let it live on
 * SCAN                                                   to list
 * </pre>
 */
final class ValkeyEntries implements Entries {
  private static final Script GET = Script.of(ValkeyEntries.class, "get.lua");
  private static final Script LOOK = Script.of(ValkeyEntries.class, "look.lua");
  private static final Script CHANGE = Script.of(ValkeyEntries.class, "change.lua");
  private static final Script EXPIRE = Script.of(ValkeyEntries.class, "expire.lua");

  /** Attributes that come along with their session: more than most have. */
  private static final int LOOK_FIELDS_MAX = 32;

  /** Bytes of them together: what a network carries as fast as nothing. */
  private static final int LOOK_BYTES_MAX = 16_384;

  /** Keys that a server looks at in one go: some tenths of a millisecond. */
  private static final int SCAN_COUNT = 500;

  private final Valkey valkey;

  ValkeyEntries(Valkey valkey) {
    this.valkey = valkey;
  }

  @Override
  public byte @Nullable [] get(Place place) {
    return (byte[])
        asked(() -> valkey.run(GET, List.of(place.key()), List.of(bytes(place.field()))));
  }

  @Override
  public Seen look(String key) {
    var limits = List.of(bytes("" + LOOK_FIELDS_MAX), bytes("" + LOOK_BYTES_MAX));
    var reply = asked(() -> valkey.run(LOOK, List.of(key), limits));
    if (!(reply instanceof List<?> list) || !(list.getFirst() instanceof Long whole)) {
      throw new CacheException("a script replied something else than fields");
    }
    var fields = new HashMap<String, byte[]>();
    for (int i = 1; i + 1 < list.size(); i += 2) {
      if (list.get(i) instanceof byte[] name && list.get(i + 1) instanceof byte[] value) {
        fields.put(new String(name, StandardCharsets.UTF_8), value);
      }
    }
    return new Seen(fields, whole == 1);
  }

  @Override
  public Change.Outcome change(Place place, Change change) {
    var value = change.value();
    var args = new ArrayList<byte[]>();
    args.add(bytes(place.field()));
    args.add(bytes(place.role().name().toLowerCase(Locale.ROOT)));
    args.add(bytes(change.condition().name().toLowerCase(Locale.ROOT)));
    args.add(change.expected());
    args.add(bytes(value == null ? "remove" : "set"));
    args.add(value == null ? bytes("") : value);
    args.add(bytes(String.valueOf(change.createdMillis())));
    args.add(bytes(String.valueOf(change.updatedMillis())));
    change
        .parts()
        .forEach(
            (field, bytes) -> {
              args.add(bytes(field));
              args.add(bytes);
            });
    try {
      return outcome(valkey.runOnce(CHANGE, List.of(place.key()), args));
    } catch (ValkeyUnavailable lost) {
      if (!lost.mayPass() || !change.tellsItself()) {
        throw new CacheException(lost);
      }
    }
    // as after a restart, when the first one to ask meets a dead connection
    var outcome = outcome(asked(() -> valkey.runOnce(CHANGE, List.of(place.key()), args)));
    return !outcome.done() && Arrays.equals(outcome.before(), value)
        // it was the reply that was lost
        ? new Change.Outcome(true, change.expected())
        : outcome;
  }

  private static Change.Outcome outcome(@Nullable Object reply) {
    if (!(reply instanceof List<?> pair) || !(pair.getFirst() instanceof Long done)) {
      throw new CacheException("a script replied something else than a pair");
    }
    return new Change.Outcome(done == 1, pair.size() < 2 ? null : (byte[]) pair.get(1));
  }

  @Override
  public void expire(Place place, long millis) {
    var unused =
        asked(
            () -> valkey.run(EXPIRE, List.of(place.key()), List.of(bytes(String.valueOf(millis)))));
  }

  @Override
  public Page page(String pattern, String cursor) {
    try {
      var page = valkey.scan(pattern, cursor, SCAN_COUNT);
      return new Page(page.keys(), page.next());
    } catch (ValkeyUnavailable unavailable) {
      throw new CacheException(unavailable);
    }
  }

  private static @Nullable Object asked(Supplier<@Nullable Object> command) {
    try {
      return command.get();
    } catch (ValkeyUnavailable unavailable) {
      throw new CacheException(unavailable);
    }
  }

  @Override
  public void close() {
    valkey.close();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}

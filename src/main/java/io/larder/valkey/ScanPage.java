package io.larder.valkey;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.util.Pool;

/**
 * Some of the keys of a store.
 *
 * <p>A cursor is the primary's name, {@code |}, and the cursor there. Primaries are visited in the
 * order of their names, so that one that goes or comes meanwhile does not confuse the rest.
 *
 * @param keys that matched, perhaps none
 * @param next the cursor for the next page; empty = this was the last
 */
public record ScanPage(List<String> keys, String next) {
  static final ScanPage END = new ScanPage(List.of(), "");
  private static final String BEGIN = "0";

  public ScanPage {
    keys = List.copyOf(keys);
  }

  static ScanPage read(Link link, String pattern, String cursor, int count) {
    NavigableMap<String, Pool<Connection>> all = new TreeMap<>(link.primaries());
    int bar = cursor.lastIndexOf('|');
    var from = bar < 0 ? "" : cursor.substring(0, bar);
    var primary = all.ceilingEntry(from);
    if (primary == null) {
      return END;
    }
    var at = primary.getKey().equals(from) && bar >= 0 ? cursor.substring(bar + 1) : BEGIN;
    var reply =
        (List<?>)
            link.send(
                primary.getValue(),
                new CommandArguments(Protocol.Command.SCAN)
                    .add(at)
                    .add(Protocol.Keyword.MATCH)
                    .add(pattern)
                    .add(Protocol.Keyword.COUNT)
                    .add(count));
    var then = text(reply.get(0));
    var next = then.equals(BEGIN) ? all.higherKey(primary.getKey()) : primary.getKey();
    return new ScanPage(
        ((List<?>) reply.get(1)).stream().map(ScanPage::text).toList(),
        next == null ? "" : next + "|" + then);
  }

  private static String text(Object bytes) {
    return new String((byte[]) bytes, StandardCharsets.UTF_8);
  }
}

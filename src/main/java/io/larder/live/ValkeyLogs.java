package io.larder.live;

import io.larder.valkey.Script;
import io.larder.valkey.Subscription;
import io.larder.valkey.Valkey;
import io.larder.valkey.ValkeyUnavailable;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Logs in Valkey, in the store of the cache. The keys of one flight, all with its key as hash tag:
 *
 * <ul>
 *   <li>{@code larder:1:lead:{key}}: answer and node of who asks, with a lease
 *   <li>{@code larder:1:live:{key}:<answer>}: stream of the records shown to others; ids are their
 *       numbers
 *   <li>{@code larder:1:followers:{key}}: set of the nodes that look on
 * </ul>
 *
 * <p>Nodes tell each other of news on a channel each, {@code larder:1:node:<name>}; messages only
 * say that there is something to read, so one that is lost costs time and nothing else.
 */
final class ValkeyLogs implements SharedLogs {
  /** Followers renew this by looking once a second. */
  private static final Duration FOLLOWERS_LIFE = Duration.ofSeconds(30);

  private static final int RECORDS_MAX = 64;
  private static final String CHANNEL = "larder:1:node:";
  private static final Script CLAIM = Script.of(ValkeyLogs.class, "claim.lua");
  private static final Script RENEW = Script.of(ValkeyLogs.class, "renew.lua");
  private static final Script APPEND = Script.of(ValkeyLogs.class, "append.lua");
  private static final Script RELEASE = Script.of(ValkeyLogs.class, "release.lua");
  private static final Script TAIL = Script.of(ValkeyLogs.class, "tail.lua");

  private final Valkey valkey;
  private final String node;
  private final Duration lease;
  private final Subscription news;

  /**
   * Logs for a node.
   *
   * @param node its name, unlike that of any other
   * @param lease how long a lead lasts that nobody renews
   */
  ValkeyLogs(Valkey valkey, String node, Duration lease, Listener listener) {
    this.valkey = valkey;
    this.node = node;
    this.lease = lease;
    this.news = valkey.subscribe(CHANNEL + node, CHANNEL + node, new News(listener));
  }

  private static String lead(FlightId flight) {
    return "larder:1:lead:{" + flight.key() + "}";
  }

  private static String live(FlightId flight) {
    return "larder:1:live:{" + flight.key() + "}:" + flight.token();
  }

  private static String followers(FlightId flight) {
    return "larder:1:followers:{" + flight.key() + "}";
  }

  @Override
  public Claim claim(FlightId flight, Version version) {
    var expected =
        version.number() == 0
            ? new byte[0]
            : ByteBuffer.allocate(Long.BYTES).putLong(version.number()).array();
    var reply =
        valkey.run(
            CLAIM,
            List.of(lead(flight), followers(flight), "larder:1:answer:{" + flight.key() + "}"),
            List.of(
                bytes(flight.token()),
                bytes(node),
                millis(lease),
                bytes(version.matters() ? "1" : "0"),
                expected,
                millis(FOLLOWERS_LIFE),
                bytes(CHANNEL),
                bytes(flight.key())));
    if (reply instanceof byte[] taken) {
      return new Claim.Taken(answerId(taken));
    }
    return number(reply) == 1 ? new Claim.Led(version.matters()) : new Claim.Changed();
  }

  private static long answerId(byte[] leader) {
    var parts = new String(leader, StandardCharsets.UTF_8).split(":", 2);
    try {
      return FlightId.answerId(parts[0]);
    } catch (IllegalArgumentException foreign) {
      throw ValkeyUnavailable.garbage("a lead without an answer");
    }
  }

  @Override
  public Lead renew(FlightId flight) {
    var keys = List.of(lead(flight), followers(flight));
    long followers = number(valkey.run(RENEW, keys, List.of(leader(flight), millis(lease))));
    return followers < 0 ? Lead.LOST : followers == 0 ? Lead.ALONE : Lead.FOLLOWED;
  }

  @Override
  public boolean release(FlightId flight, boolean evenIfFollowed) {
    var keys = List.of(lead(flight), followers(flight));
    var args = List.of(leader(flight), bytes(evenIfFollowed ? "1" : "0"));
    return number(valkey.run(RELEASE, keys, args)) != 2;
  }

  @Override
  public void append(FlightId flight, long first, List<byte[]> records, Duration life) {
    append(flight, first, records, life, new byte[0]);
  }

  @Override
  public void appendLast(FlightId flight, long first, List<byte[]> records, Duration life) {
    append(flight, first, records, life, leader(flight));
  }

  private void append(
      FlightId flight, long first, List<byte[]> records, Duration life, byte[] ending) {
    var args = new ArrayList<byte[]>(records.size() + 5);
    args.add(millis(life));
    args.add(bytes(CHANNEL));
    args.add(bytes(flight.toString()));
    args.add(ending);
    args.add(bytes(String.valueOf(first)));
    args.addAll(records);
    var keys = List.of(live(flight), followers(flight), lead(flight));
    var unused = valkey.run(APPEND, keys, args);
  }

  @Override
  public Tail tail(FlightId flight, long after) {
    var args =
        List.of(
            bytes(node),
            millis(FOLLOWERS_LIFE),
            bytes(CHANNEL),
            bytes(flight.toString()),
            bytes(flight.token()),
            bytes(String.valueOf(after)),
            bytes(String.valueOf(RECORDS_MAX)));
    var keys = List.of(lead(flight), live(flight), followers(flight));
    if (valkey.run(TAIL, keys, args) instanceof List<?> reply
        && reply.size() == 2
        && reply.get(1) instanceof List<?> found) {
      return new Tail(number(reply.get(0)) == 1, records(found));
    }
    throw ValkeyUnavailable.garbage("a log without records");
  }

  private static List<Tail.Numbered> records(List<?> found) {
    var records = new ArrayList<Tail.Numbered>();
    for (int i = 0; i + 1 < found.size(); i += 2) {
      if (found.get(i) instanceof byte[] number && found.get(i + 1) instanceof byte[] record) {
        records.add(new Tail.Numbered(recordNumber(number), record));
      }
    }
    return records;
  }

  private static long recordNumber(byte[] text) {
    try {
      return Long.parseLong(new String(text, StandardCharsets.US_ASCII));
    } catch (NumberFormatException foreign) {
      throw ValkeyUnavailable.garbage("a record without a number");
    }
  }

  private byte[] leader(FlightId flight) {
    return bytes(flight.token() + ":" + node);
  }

  private static byte[] millis(Duration time) {
    return bytes(String.valueOf(time.toMillis()));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static long number(@Nullable Object reply) {
    if (reply instanceof Long number) {
      return number;
    }
    throw ValkeyUnavailable.garbage("no number");
  }

  @Override
  public void close() {
    news.close();
  }

  /** Messages: {@code w} wanted, {@code m} more, then a space and the flight. */
  private record News(Listener listener) implements Subscription.Listener {
    @Override
    public void connected() {
      // followers look once a second anyway
    }

    @Override
    public void message(String text) {
      if (text.startsWith("w ")) {
        FlightId.parse(text.substring(2)).ifPresent(listener::wanted);
      } else if (text.startsWith("m ")) {
        FlightId.parse(text.substring(2)).ifPresent(listener::more);
      }
    }

    @Override
    public void complete(long nanoTime) {
      // nobody relies on it
    }

    @Override
    public void lost() {
      // followers look once a second anyway
    }
  }
}

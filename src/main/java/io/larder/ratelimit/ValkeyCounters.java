package io.larder.ratelimit;

import io.larder.valkey.HashTag;
import io.larder.valkey.Script;
import io.larder.valkey.Valkey;
import io.larder.valkey.ValkeyUnavailable;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Counters in Valkey, in the store of state, shared by all nodes; by the server's clock.
 *
 * <p>Storage, per decision:
 *
 * <pre>
 * EVALSHA decide  larder:1:limit:{subject}:policy … larder:1:limit:{subject}:charged:id
 *   HMGET, then HSET, PEXPIRE of a window; ZCOUNT, then ZADD, PEXPIRE of leases; SET … PX of what is to be settled
 * EVALSHA settle  the same keys
 *   GET, UNLINK, HEXISTS, HINCRBY, ZREM
 * EVALSHA renew   larder:1:limit:{subject}:policy …
 *   ZADD, PEXPIRE
 * </pre>
 *
 * A window is a hash of at most 63 fields and expires a window and a sixtieth after the first
 * charge of the last sub-bucket, when that does not count any more; refusals leave no trace.
 */
final class ValkeyCounters implements Counters {
  private static final String PREFIX = "larder:1:limit:{";

  private static final Script DECIDE = Script.of(ValkeyCounters.class, "decide.lua");
  private static final Script SETTLE = Script.of(ValkeyCounters.class, "settle.lua");
  private static final Script RENEW = Script.of(ValkeyCounters.class, "renew.lua");
  private static final int REPLY_FIELDS = 3;

  private final Valkey valkey;
  private final Duration lease;

  /**
   * Counters in that store.
   *
   * @param lease how long a request in progress counts without being renewed
   */
  ValkeyCounters(Valkey valkey, Duration lease) {
    this.valkey = valkey;
    this.lease = lease;
  }

  @Override
  public Decision decide(String subject, String id, List<Charge> charges) {
    boolean settles = charges.stream().anyMatch(charge -> isSettled(charge));
    var args = new ArrayList<byte[]>(3 + 4 * charges.size());
    args.add(bytes(id));
    args.add(bytes(lease.toMillis()));
    args.add(bytes(settles ? "1" : "0"));
    for (var charge : charges) {
      args.add(bytes(charge.policy().window().toMillis()));
      args.add(bytes(charge.policy().limit()));
      args.add(bytes(charge.cost()));
      args.add(bytes(charge.policy().shadow() ? "1" : "0"));
    }
    // counted twice after a lost reply it would be too strict once; never too lax
    var reply = numbers(valkey.runOnce(DECIDE, keys(subject, id, charges), args));
    return decision(charges, reply);
  }

  private static boolean isSettled(Charge charge) {
    return charge.cost() > 0 && charge.settled() && charge.policy().unit() != Unit.CONCURRENT;
  }

  private static Decision decision(List<Charge> charges, List<Long> reply) {
    if (reply.size() != 1 + REPLY_FIELDS * charges.size()) {
      throw ValkeyUnavailable.garbage("a decision of " + reply.size() + " numbers");
    }
    var left = new ArrayList<Left>();
    long longest = 0;
    Policy violated = null;
    for (int i = 0; i < charges.size(); i++) {
      var policy = charges.get(i).policy();
      int at = 1 + REPLY_FIELDS * i;
      long remaining = Math.max(0, policy.limit() - reply.get(at));
      var reset = Duration.ofMillis(Math.max(1, reply.get(at + 1)));
      left.add(new Left(policy, remaining, reset, reply.get(at + 2) > 0));
      if (!policy.shadow() && reply.get(at + 2) > longest) {
        longest = reply.get(at + 2);
        violated = policy;
      }
    }
    return violated == null
        ? new Decision.Admitted(left)
        : new Decision.Refused(violated, Duration.ofMillis(longest), left);
  }

  @Override
  public void settle(String subject, String id, List<Charge> charges, List<Long> used) {
    var args = new ArrayList<byte[]>(1 + 2 * charges.size());
    args.add(bytes(id));
    for (int i = 0; i < charges.size(); i++) {
      args.add(bytes(charges.get(i).policy().window().toMillis()));
      args.add(bytes(used.get(i)));
    }
    var unused = valkey.run(SETTLE, keys(subject, id, charges), args);
  }

  @Override
  public void renew(String subject, String id, List<Charge> charges) {
    var keys =
        charges.stream()
            .filter(charge -> charge.policy().unit() == Unit.CONCURRENT && charge.cost() > 0)
            .map(charge -> key(subject, charge.policy().counter()))
            .toList();
    if (!keys.isEmpty()) {
      var unused = valkey.run(RENEW, keys, List.of(bytes(id), bytes(lease.toMillis())));
    }
  }

  private static List<String> keys(String subject, String id, List<Charge> charges) {
    var keys = new ArrayList<String>(charges.size() + 1);
    for (var charge : charges) {
      keys.add(key(subject, charge.policy().counter()));
    }
    keys.add(key(subject, "charged:" + id));
    return keys;
  }

  private static String key(String subject, String name) {
    return PREFIX + HashTag.of(subject) + "}:" + name;
  }

  private static List<Long> numbers(@Nullable Object reply) {
    if (!(reply instanceof List<?> list)) {
      throw ValkeyUnavailable.garbage("no list of numbers");
    }
    var numbers = new ArrayList<Long>(list.size());
    for (var one : list) {
      if (!(one instanceof Long number)) {
        throw ValkeyUnavailable.garbage("no number");
      }
      numbers.add(number);
    }
    return numbers;
  }

  private static byte[] bytes(long number) {
    return bytes(String.valueOf(number));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
